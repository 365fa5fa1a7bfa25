CREATE TABLE public.t (id integer PRIMARY KEY, price numeric(12,4), ratio double precision, twice numeric(9,2) GENERATED ALWAYS AS (price * 2) STORED);
