CREATE TABLE branches (id integer PRIMARY KEY, name text);
CREATE TABLE accounts (id bigint NOT NULL, branch integer, balance integer, note text);
CREATE INDEX accounts_id_idx ON accounts (id);
