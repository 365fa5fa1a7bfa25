CREATE TYPE kind AS ENUM ('saving', 'deposit', 'current');
CREATE TABLE branches (id integer PRIMARY KEY, name text);
CREATE TABLE accounts (
    id bigint PRIMARY KEY, branch integer, balance integer, note text, kind kind DEFAULT 'saving'
);
