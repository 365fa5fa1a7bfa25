CREATE TABLE items (id serial PRIMARY KEY, name text NOT NULL);
GRANT SELECT (id) ON items TO change_reader;
CREATE POLICY own ON items USING (id > 0);
INSERT INTO items (name) SELECT 'item ' || i FROM generate_series(1, 50) i;
SELECT setval('items_id_seq', 90);
