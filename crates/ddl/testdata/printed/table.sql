-- The table that the expressions of expressions.tsv are about.
CREATE TYPE st AS ENUM ('a','b');
CREATE DOMAIN em AS text CHECK (VALUE ~* '^[^@]+@[^@]+$');
CREATE SCHEMA other; CREATE FUNCTION other.f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'select $1';
CREATE TABLE other.u(id int primary key);
CREATE TABLE t(i int, b bigint, s smallint, n numeric(10,2), x text, v varchar(20), c char(3), e st, d date, ts timestamp, tz timestamptz, tm time, f boolean, arr text[], j jsonb, iv interval, r daterange, m em, fl double precision, u uuid);
