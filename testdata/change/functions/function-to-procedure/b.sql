CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE PROCEDURE public.clean() LANGUAGE sql AS 'DELETE FROM public.t';
