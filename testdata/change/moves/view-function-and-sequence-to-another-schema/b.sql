CREATE SCHEMA app;
CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE SEQUENCE app.s START 5;
CREATE FUNCTION app.f(x integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT x + 1';
CREATE VIEW app.v AS SELECT app.f(id) AS n FROM public.t;
CREATE INDEX t_f ON public.t (app.f(id));
