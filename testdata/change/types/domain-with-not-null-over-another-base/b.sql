CREATE SCHEMA app;

CREATE DOMAIN app.amount AS numeric(10,2) NOT NULL CHECK (VALUE >= 0);
CREATE TABLE app.orders (id integer PRIMARY KEY, total app.amount);

