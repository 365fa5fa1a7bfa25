CREATE FUNCTION public.add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a + b $$;
CREATE TABLE public.t (id integer PRIMARY KEY, n integer DEFAULT public.add(1, 2));
CREATE VIEW public.sums AS SELECT public.add(id, n) AS s FROM public.t;
INSERT INTO public.t (id) VALUES (1);
