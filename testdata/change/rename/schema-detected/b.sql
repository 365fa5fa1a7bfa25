CREATE SCHEMA store;
CREATE TABLE store.items (id integer PRIMARY KEY, name text, price numeric);
CREATE TABLE store.sales (id integer PRIMARY KEY, item integer REFERENCES store.items (id));
