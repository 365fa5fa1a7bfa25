CREATE TABLE items (id bigserial PRIMARY KEY, name text NOT NULL);
GRANT SELECT (id) ON items TO change_reader;
CREATE POLICY own ON items USING (id > 0);
