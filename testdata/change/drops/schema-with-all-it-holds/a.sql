CREATE SCHEMA old;
CREATE TYPE old.kind AS ENUM ('a');
CREATE TABLE old.t (id serial PRIMARY KEY, kind old.kind);
CREATE VIEW old.v AS SELECT id FROM old.t;
CREATE FUNCTION old.f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM old.t';
CREATE TABLE public.kept (id integer PRIMARY KEY, t integer REFERENCES old.t (id));
COMMENT ON SCHEMA old IS 'long ago';
INSERT INTO old.t (kind) VALUES ('a');
INSERT INTO public.kept VALUES (1, 1);
