CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE FUNCTION public.f(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION public.f(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
COMMENT ON FUNCTION public.f(integer) IS 'stays';
INSERT INTO public.t VALUES (1);
