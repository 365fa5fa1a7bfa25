CREATE COLLATION public.own (provider = libc, locale = 'POSIX');
CREATE TABLE public.t (id integer PRIMARY KEY, name text COLLATE public.own);
CREATE INDEX t_name ON public.t (name);
