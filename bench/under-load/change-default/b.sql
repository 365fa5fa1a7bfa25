CREATE TABLE branches (id integer PRIMARY KEY, name text);
CREATE TABLE accounts (id bigint PRIMARY KEY, branch integer, balance integer DEFAULT 100, note text);
