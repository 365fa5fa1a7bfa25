CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE FUNCTION public.clean() RETURNS void LANGUAGE sql AS 'DELETE FROM public.t';
INSERT INTO public.t VALUES (1);
