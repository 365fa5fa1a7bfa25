CREATE SCHEMA app;

CREATE TABLE app.things (id integer NOT NULL, weight integer CHECK (weight > 0));
CREATE TABLE app.boxes (width integer) INHERITS (app.things);

INSERT INTO app.things VALUES (1, 10);
INSERT INTO app.boxes VALUES (2, 20, 3);
