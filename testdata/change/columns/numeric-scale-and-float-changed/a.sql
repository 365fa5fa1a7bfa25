CREATE TABLE public.t (id integer PRIMARY KEY, price numeric(8,2), ratio real, twice numeric(9,2) GENERATED ALWAYS AS (price * 2) STORED);
INSERT INTO public.t (id, price, ratio) VALUES (1, 12.34, 0.5);
