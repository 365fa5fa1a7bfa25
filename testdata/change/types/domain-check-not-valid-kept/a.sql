CREATE DOMAIN public.code AS text;
CREATE TABLE public.t (id integer PRIMARY KEY, code public.code);
INSERT INTO public.t VALUES (1, 'too long');
ALTER DOMAIN public.code ADD CONSTRAINT short CHECK (length(VALUE) < 5) NOT VALID;
