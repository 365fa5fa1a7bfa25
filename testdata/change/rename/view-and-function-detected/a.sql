CREATE TABLE public.users (id integer PRIMARY KEY, name text);
CREATE FUNCTION public.f(x text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(x)';
CREATE INDEX users_f ON public.users (public.f(name));
CREATE VIEW public.v AS SELECT id, public.f(name) AS name FROM public.users;
CREATE VIEW public.above AS SELECT name FROM public.v;
GRANT SELECT ON public.v TO change_viewer;
INSERT INTO public.users VALUES (1, 'Ada');
