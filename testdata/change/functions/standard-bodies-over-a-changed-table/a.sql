CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
CREATE FUNCTION public.biggest() RETURNS integer LANGUAGE sql STABLE BEGIN ATOMIC SELECT max(n) FROM public.t; END;
CREATE FUNCTION public.twice() RETURNS integer LANGUAGE sql STABLE RETURN public.biggest() * 2;
INSERT INTO public.t VALUES (1, 5);
