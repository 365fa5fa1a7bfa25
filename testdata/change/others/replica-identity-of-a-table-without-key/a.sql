CREATE TABLE public.t (id integer, a text);
INSERT INTO public.t VALUES (1, 'a');
