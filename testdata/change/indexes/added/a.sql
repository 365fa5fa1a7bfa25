CREATE TABLE public.t (id integer PRIMARY KEY, a text, b integer, c jsonb);
INSERT INTO public.t VALUES (1, 'a', 1, '{}');
