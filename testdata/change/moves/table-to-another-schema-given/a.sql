CREATE SCHEMA app;
CREATE TABLE public.users (id serial PRIMARY KEY, name text UNIQUE);
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer REFERENCES public.users (id));
CREATE VIEW public.names AS SELECT name FROM public.users;
CREATE FUNCTION public.n() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.users';
INSERT INTO public.users (name) VALUES ('Ada'), ('Ben');
INSERT INTO public.posts VALUES (1, 1);
