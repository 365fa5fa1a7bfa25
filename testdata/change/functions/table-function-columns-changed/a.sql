CREATE TABLE public.t (id integer PRIMARY KEY, name text);
CREATE FUNCTION public.listed() RETURNS TABLE (id integer) LANGUAGE sql STABLE AS $$ SELECT id FROM public.t $$;
GRANT EXECUTE ON FUNCTION public.listed() TO change_caller;
CREATE VIEW public.all_listed AS SELECT id FROM public.listed();
INSERT INTO public.t VALUES (1, 'x');
