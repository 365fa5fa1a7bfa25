CREATE FUNCTION public.label(x integer, prefix text DEFAULT 'n') RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT prefix || x $$;
CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE VIEW public.labels AS SELECT id, public.label(id) AS label FROM public.t;
