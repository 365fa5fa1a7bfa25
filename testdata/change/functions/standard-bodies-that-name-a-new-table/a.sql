CREATE TABLE public.a (id integer PRIMARY KEY);
CREATE FUNCTION public.how_many() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM public.a; END;
INSERT INTO public.a VALUES (1);
