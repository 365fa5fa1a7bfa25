CREATE FUNCTION public.label(x integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'n' || x $$;
CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE VIEW public.labels AS SELECT id, public.label(id) AS label FROM public.t;
INSERT INTO public.t VALUES (7);
