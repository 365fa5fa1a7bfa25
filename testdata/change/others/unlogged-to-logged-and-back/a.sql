CREATE UNLOGGED TABLE public.t (id serial PRIMARY KEY, a text);
CREATE TABLE public.u (id integer PRIMARY KEY, a text);
INSERT INTO public.t (a) VALUES ('a'), ('b');
INSERT INTO public.u VALUES (1, 'x');
