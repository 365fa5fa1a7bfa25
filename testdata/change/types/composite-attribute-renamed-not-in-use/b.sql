CREATE TYPE public.pair AS (one integer, b integer);
CREATE FUNCTION public.make() RETURNS public.pair LANGUAGE sql AS 'SELECT 1, 2';
CREATE TABLE public.t (id integer PRIMARY KEY);
