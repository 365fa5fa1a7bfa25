CREATE SCHEMA app;

CREATE TABLE app.people (id integer PRIMARY KEY, name text NOT NULL, salary numeric);
GRANT UPDATE ON app.people TO change_reader;
GRANT SELECT (id, name) ON app.people TO change_reader;

