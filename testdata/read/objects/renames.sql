-- Names that change, and the texts that follow.
CREATE SCHEMA one;
CREATE TYPE one.kind AS ENUM ('x', 'y');
CREATE DOMAIN one.positive AS int CHECK (VALUE > 0);
CREATE FUNCTION one.is_good(one.kind) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE SEQUENCE one.numbers;
CREATE TABLE one.t (id int DEFAULT nextval('one.numbers') PRIMARY KEY, kind one.kind DEFAULT 'x', n one.positive,
    CHECK (one.is_good(kind)), CHECK (kind <> 'y'));
CREATE VIEW one.v AS SELECT id, kind, t.n FROM one.t WHERE kind = 'x' AND one.is_good(kind);
CREATE VIEW one.w AS SELECT v.id, v.kind FROM one.v;
CREATE FUNCTION one.body(a int) RETURNS int BEGIN ATOMIC SELECT id FROM one.t WHERE id = a; END;
CREATE AGGREGATE one.total(int) (SFUNC = int4pl, STYPE = int);
CREATE COLLATION one.plain (provider = libc, locale = 'C');
ALTER TYPE one.kind RENAME VALUE 'x' TO 'z';
ALTER TYPE one.kind RENAME TO sort;
ALTER DOMAIN one.positive RENAME TO above;
ALTER FUNCTION one.is_good RENAME TO is_fine;
ALTER VIEW one.v RENAME COLUMN kind TO what;
ALTER VIEW one.v RENAME TO seen;
ALTER AGGREGATE one.total(int) RENAME TO summed;
ALTER TABLE one.t RENAME COLUMN n TO amount;
ALTER COLLATION one.plain RENAME TO bytes;
CREATE SCHEMA two;
ALTER FUNCTION one.is_fine(one.sort) SET SCHEMA two;
ALTER TYPE one.sort SET SCHEMA two;
ALTER TABLE one.t RENAME TO things;
ALTER SEQUENCE one.numbers RENAME TO counts;
