CREATE SCHEMA app;
CREATE TABLE app.users (id integer PRIMARY KEY, name text);
CREATE TABLE public.posts (id integer PRIMARY KEY, author integer REFERENCES app.users (id));
