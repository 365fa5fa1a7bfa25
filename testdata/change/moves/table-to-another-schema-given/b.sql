CREATE SCHEMA app;
CREATE TABLE app.users (id serial PRIMARY KEY, name text UNIQUE);
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer REFERENCES app.users (id));
CREATE VIEW public.names AS SELECT name FROM app.users;
CREATE FUNCTION public.n() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM app.users';
