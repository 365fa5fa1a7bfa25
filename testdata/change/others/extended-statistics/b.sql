CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer, c text);
CREATE STATISTICS public.target ON a, b FROM public.t;
ALTER STATISTICS public.target SET STATISTICS 500;
CREATE STATISTICS public.columns (ndistinct, dependencies) ON a, b, c FROM public.t;
COMMENT ON STATISTICS public.columns IS 'kept';
CREATE STATISTICS public.added (mcv) ON lower(c), a FROM public.t;
CREATE STATISTICS public.expression ON (a + b) FROM public.t;
