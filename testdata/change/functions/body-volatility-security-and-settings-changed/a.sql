CREATE TABLE public.t (id integer PRIMARY KEY);
INSERT INTO public.t VALUES (1), (2);
CREATE FUNCTION public.n() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM public.t); END $$;
CREATE FUNCTION public.s() RETURNS text LANGUAGE sql STRICT SECURITY DEFINER SET search_path = public AS $$ SELECT 'x' $$;
CREATE VIEW public.v AS SELECT public.n() AS n, public.s() AS s;
