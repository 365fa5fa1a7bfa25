CREATE SCHEMA shop;
CREATE TABLE shop.items (id integer PRIMARY KEY, name text, price numeric);
CREATE TABLE shop.sales (id integer PRIMARY KEY, item integer REFERENCES shop.items (id));
INSERT INTO shop.items VALUES (1, 'pen', 2.5);
INSERT INTO shop.sales VALUES (1, 1);
