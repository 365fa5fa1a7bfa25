CREATE TABLE public.t (id integer PRIMARY KEY, name text COLLATE "C");
CREATE INDEX t_name ON public.t (name);
