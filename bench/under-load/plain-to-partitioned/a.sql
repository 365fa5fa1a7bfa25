CREATE TABLE branches (id integer PRIMARY KEY, name text);
CREATE TABLE accounts (id bigint PRIMARY KEY, branch integer, balance integer, note text);
