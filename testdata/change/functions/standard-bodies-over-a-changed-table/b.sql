CREATE TABLE public.t (id integer PRIMARY KEY, n bigint, extra text);
CREATE FUNCTION public.biggest() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT max(n) FROM public.t; END;
CREATE FUNCTION public.twice() RETURNS bigint LANGUAGE sql STABLE RETURN public.biggest() * 3;
