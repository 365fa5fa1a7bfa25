-- A sequence among tables is granted what sequences have; the rest is passed over with a warning.
CREATE ROLE clerk;
CREATE TABLE entry (id serial PRIMARY KEY, at timestamptz);
CREATE SEQUENCE number;
GRANT SELECT, INSERT, UPDATE, DELETE ON entry, entry_id_seq, number TO clerk;
GRANT ALL ON TABLE number TO PUBLIC;
REVOKE INSERT, UPDATE ON entry_id_seq FROM clerk;
