CREATE SCHEMA app;
CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE SEQUENCE public.s START 5;
CREATE FUNCTION public.f(x integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT x + 1';
CREATE VIEW public.v AS SELECT public.f(id) AS n FROM public.t;
CREATE INDEX t_f ON public.t (public.f(id));
INSERT INTO public.t VALUES (1);
SELECT nextval('public.s');
