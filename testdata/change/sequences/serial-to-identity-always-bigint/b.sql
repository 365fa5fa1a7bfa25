CREATE TABLE public.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text);
CREATE TABLE public.lines (id integer PRIMARY KEY, order_id bigint REFERENCES public.orders (id));
