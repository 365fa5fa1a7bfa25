CREATE SCHEMA app;

CREATE DOMAIN app.amount AS integer NOT NULL CHECK (VALUE >= 0);
CREATE TABLE app.orders (id integer PRIMARY KEY, total app.amount);

INSERT INTO app.orders VALUES (1, 5), (2, 7);
