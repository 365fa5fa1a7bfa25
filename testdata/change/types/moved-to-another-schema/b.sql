CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE TABLE public.people (id integer PRIMARY KEY, mood app.mood DEFAULT 'ok');
