CREATE SCHEMA app;

CREATE TABLE app.events (id integer NOT NULL, kind text NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE app.events_low (kind text NOT NULL, id integer NOT NULL);
ALTER TABLE app.events ATTACH PARTITION app.events_low FOR VALUES FROM (0) TO (100);
ALTER TABLE app.events ADD CONSTRAINT events_kind_check CHECK (kind <> '') NOT VALID;
CREATE FUNCTION app.earliest_event() RETURNS integer LANGUAGE sql STABLE AS 'SELECT min(id) FROM app.events';

