CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TABLE a.t (id integer PRIMARY KEY, n integer);
CREATE TABLE b.t (id integer PRIMARY KEY, n integer);
CREATE INDEX t_n ON a.t (n);
CREATE INDEX t_n ON b.t (n);
CREATE TABLE public.kept (id integer PRIMARY KEY);
INSERT INTO a.t VALUES (1, 1);
INSERT INTO b.t VALUES (2, 2);
