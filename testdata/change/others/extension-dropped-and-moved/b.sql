CREATE SCHEMA ext;
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE TABLE public.users (id integer PRIMARY KEY, mail text, name text);
CREATE INDEX users_name ON public.users USING gin (name ext.gin_trgm_ops);
