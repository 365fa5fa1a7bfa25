CREATE SCHEMA app;

CREATE TABLE app.people (id integer PRIMARY KEY, name text NOT NULL, salary numeric);
GRANT SELECT, UPDATE ON app.people TO change_reader;
GRANT SELECT (id, name) ON app.people TO change_reader;

INSERT INTO app.people VALUES (1, 'Ada', 100);
