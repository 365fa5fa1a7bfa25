CREATE TABLE public.t (id integer PRIMARY KEY, a text);
CREATE INDEX t_a ON public.t (a);
COMMENT ON INDEX public.t_a IS 'not used';
INSERT INTO public.t VALUES (1, 'a');
