CREATE TABLE public.t (id integer PRIMARY KEY, a text, b varchar(10), c varchar(20), d varchar(5));
CREATE INDEX t_b ON public.t (b);
CREATE VIEW public.v AS SELECT b FROM public.t;
INSERT INTO public.t VALUES (1, 'aa', 'bb', 'cc', 'dd');
