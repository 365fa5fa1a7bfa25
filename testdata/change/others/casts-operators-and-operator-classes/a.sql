CREATE TYPE public.pt AS (x integer, y integer);
CREATE TABLE public.t (id integer PRIMARY KEY, p public.pt);
CREATE FUNCTION public.pt_text(public.pt) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x || '','' || ($1).y';
CREATE FUNCTION public.pt_near(public.pt, public.pt) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x = ($2).x';
CREATE CAST (public.pt AS text) WITH FUNCTION public.pt_text(public.pt) AS ASSIGNMENT;
CREATE OPERATOR public.<~> (LEFTARG = public.pt, RIGHTARG = public.pt, FUNCTION = public.pt_near);
COMMENT ON OPERATOR public.<~> (public.pt, public.pt) IS 'near';
INSERT INTO public.t VALUES (1, ROW(1, 2));
