CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE PROCEDURE public.fill(upto integer, step integer) LANGUAGE sql AS $$ INSERT INTO public.t SELECT g, g FROM generate_series(1, upto, step) g $$;
COMMENT ON PROCEDURE public.fill(integer, integer) IS 'fills in steps';
GRANT EXECUTE ON PROCEDURE public.fill(integer, integer) TO change_caller;
CREATE FUNCTION public.plus(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(a, 0) + coalesce(b, 0) $$;
CREATE AGGREGATE public.total(integer) (SFUNC = public.plus, STYPE = integer, INITCOND = '100');
COMMENT ON AGGREGATE public.total(integer) IS 'a sum and a hundred';
CREATE VIEW public.sums AS SELECT public.total(n) AS total FROM public.t;
