CREATE TABLE public.t (id integer PRIMARY KEY, name text);
CREATE INDEX t_name ON public.t (name);
INSERT INTO public.t VALUES (1, 'a'), (2, 'B');
