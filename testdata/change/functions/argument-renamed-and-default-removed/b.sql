CREATE FUNCTION public.add(x integer, y integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT x + y $$;
CREATE TABLE public.t (id integer PRIMARY KEY, n integer DEFAULT public.add(1, 2));
CREATE VIEW public.sums AS SELECT public.add(id, n) AS s FROM public.t;
