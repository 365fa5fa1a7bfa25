CREATE TYPE public.address AS (street text, zip text, country integer);
COMMENT ON TYPE public.address IS 'where';
COMMENT ON COLUMN public.address.zip IS 'with country';
CREATE TABLE public.people (id integer PRIMARY KEY, home public.address);
CREATE FUNCTION public.street_of(a public.address) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT a.street';
