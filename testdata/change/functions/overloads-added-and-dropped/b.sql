CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE FUNCTION public.f(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION public.f(VARIADIC numeric[]) RETURNS numeric LANGUAGE sql AS 'SELECT $1[1]';
COMMENT ON FUNCTION public.f(integer) IS 'stays';
