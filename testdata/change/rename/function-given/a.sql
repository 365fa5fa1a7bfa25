CREATE FUNCTION public.f(x integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT x + 1';
CREATE TABLE public.t (id integer PRIMARY KEY, n integer CHECK (public.f(n) > 0));
CREATE INDEX t_f ON public.t (public.f(n));
INSERT INTO public.t VALUES (1, 1);
