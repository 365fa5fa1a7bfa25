CREATE DOMAIN public.amount AS bigint DEFAULT 0 CONSTRAINT positive CHECK (VALUE >= 0);
COMMENT ON DOMAIN public.amount IS 'in cents';
CREATE TABLE public.bills (id integer PRIMARY KEY, total public.amount NOT NULL);
CREATE VIEW public.totals AS SELECT sum(total) AS total FROM public.bills;
CREATE FUNCTION public.add(a public.amount) RETURNS void LANGUAGE sql AS 'INSERT INTO public.bills VALUES (9, a)';
