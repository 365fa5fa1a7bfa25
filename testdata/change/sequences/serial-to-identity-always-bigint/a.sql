CREATE TABLE public.orders (id serial PRIMARY KEY, what text);
CREATE TABLE public.lines (id integer PRIMARY KEY, order_id integer REFERENCES public.orders (id));
INSERT INTO public.orders (what) VALUES ('a'), ('b'), ('c');
INSERT INTO public.lines VALUES (1, 3);
