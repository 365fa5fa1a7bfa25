CREATE TABLE public.t (id integer PRIMARY KEY, a text);
CREATE INDEX t_a ON public.t (lower(a));
INSERT INTO public.t VALUES (1, 'A');
