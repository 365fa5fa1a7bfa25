CREATE TABLE public.users (id integer PRIMARY KEY, name text);
CREATE FUNCTION public.normal(x text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(x)';
CREATE INDEX users_f ON public.users (public.normal(name));
CREATE VIEW public.user_names AS SELECT id, public.normal(name) AS name FROM public.users;
CREATE VIEW public.above AS SELECT name FROM public.user_names;
GRANT SELECT ON public.user_names TO change_viewer;
