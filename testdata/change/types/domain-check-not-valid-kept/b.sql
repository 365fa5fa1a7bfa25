CREATE DOMAIN public.code AS text;
CREATE TABLE public.t (id integer PRIMARY KEY, code public.code, n integer);
ALTER DOMAIN public.code ADD CONSTRAINT short CHECK (length(VALUE) < 5) NOT VALID;
