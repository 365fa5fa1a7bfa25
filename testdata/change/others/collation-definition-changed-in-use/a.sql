CREATE COLLATION public.own (provider = libc, locale = 'C');
CREATE TABLE public.t (id integer PRIMARY KEY, name text COLLATE public.own);
CREATE INDEX t_name ON public.t (name);
CREATE COLLATION public.gone (provider = libc, locale = 'C');
INSERT INTO public.t VALUES (1, 'a');
