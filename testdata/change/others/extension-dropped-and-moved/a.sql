CREATE SCHEMA ext;
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
CREATE TABLE public.users (id integer PRIMARY KEY, mail citext, name text);
CREATE INDEX users_name ON public.users USING gin (name gin_trgm_ops);
INSERT INTO public.users VALUES (1, 'A@b', 'Ada');
