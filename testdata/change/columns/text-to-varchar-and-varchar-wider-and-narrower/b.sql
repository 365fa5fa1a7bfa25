CREATE TABLE public.t (id integer PRIMARY KEY, a varchar(50), b varchar(100), c varchar(8), d text);
CREATE INDEX t_b ON public.t (b);
CREATE VIEW public.v AS SELECT b FROM public.t;
