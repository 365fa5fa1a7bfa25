CREATE TABLE public.orders (id serial PRIMARY KEY, what text);
INSERT INTO public.orders (what) VALUES ('a'), ('b'), ('c');
