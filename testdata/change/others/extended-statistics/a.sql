CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, c text);
CREATE STATISTICS public.target ON a, b FROM public.t;
CREATE STATISTICS public.columns (ndistinct) ON a, b FROM public.t;
CREATE STATISTICS public.gone ON a, c FROM public.t;
COMMENT ON STATISTICS public.columns IS 'kept';
INSERT INTO public.t VALUES (1, 1, 1, 'c');
