CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE FUNCTION public.n() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE COST 7 AS $$ BEGIN RETURN (SELECT count(*) + 100 FROM public.t); END $$;
CREATE FUNCTION public.s() RETURNS text LANGUAGE sql LEAKPROOF SET search_path = pg_catalog, public SET work_mem = '8MB' AS $$ SELECT 'x' $$;
CREATE VIEW public.v AS SELECT public.n() AS n, public.s() AS s;
