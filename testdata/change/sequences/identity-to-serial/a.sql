CREATE TABLE public.orders (id integer GENERATED ALWAYS AS IDENTITY (START 50) PRIMARY KEY, what text);
INSERT INTO public.orders (what) VALUES ('a'), ('b');
