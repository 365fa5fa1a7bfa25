CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE PROCEDURE public.fill(upto integer) LANGUAGE sql AS $$ INSERT INTO public.t SELECT g, g FROM generate_series(1, upto) g $$;
COMMENT ON PROCEDURE public.fill(integer) IS 'fills';
GRANT EXECUTE ON PROCEDURE public.fill(integer) TO change_caller;
CREATE FUNCTION public.plus(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(a, 0) + coalesce(b, 0) $$;
CREATE AGGREGATE public.total(integer) (SFUNC = public.plus, STYPE = integer, INITCOND = '0');
COMMENT ON AGGREGATE public.total(integer) IS 'a sum';
CREATE VIEW public.sums AS SELECT public.total(n) AS total FROM public.t;
CALL public.fill(3);
