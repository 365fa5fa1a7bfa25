CREATE SCHEMA app;

CREATE TABLE app.things (id integer NOT NULL, weight bigint CHECK (weight > 0));
