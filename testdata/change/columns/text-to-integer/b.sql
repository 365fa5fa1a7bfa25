CREATE TABLE public.t (id integer PRIMARY KEY, n integer DEFAULT 0);
CREATE INDEX t_n ON public.t (n);
