-- Tables, types, functions and operators that the expressions and queries of this folder refer to.
CREATE SCHEMA app;
CREATE SCHEMA other;
CREATE SCHEMA "Mixed Case";
SET search_path = app, public;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE "Mood 2" AS ENUM ('Sad', 'it''s ok');
CREATE TYPE address AS (street text, number integer, city varchar(40), tags text[]);
CREATE TYPE span AS (low integer, home address);
CREATE TYPE floatrange AS RANGE (subtype = double precision);
CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@]+@[^@]+$' AND length(VALUE) < 255);
CREATE DOMAIN percent AS numeric(5,2) DEFAULT 0 CHECK (VALUE >= 0 AND VALUE <= 100);
CREATE DOMAIN code AS char(4) CONSTRAINT upper_case CHECK (VALUE = upper(VALUE)) NOT NULL;
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN int_list AS integer[];
CREATE DOMAIN any_mood AS mood DEFAULT 'ok' CHECK (VALUE IN ('ok', 'happy'));

CREATE TABLE everything (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    i2 smallint, i4 integer, i8 bigint, r4 real, r8 double precision, num numeric, num2 numeric(10,2),
    num0 numeric(6), m money, b boolean, bits bit(8), vbits bit varying(16), vbits0 bit varying,
    t text, v varchar, v20 varchar(20), c1 char, c10 character(10), bp bpchar, n name, ch "char", bin bytea,
    d date, tm time, tm3 time(3), tmz timetz, ts timestamp, ts3 timestamp(3), tsz timestamptz, tsz0 timestamptz(0),
    iv interval, iv_y interval year to month, iv_s interval second(3), u uuid, x xml, j json, jb jsonb, jp jsonpath,
    ip inet, net cidr, mac macaddr, mac8 macaddr8, p point, bx box, pth path, pol polygon, circ circle, ln line, ls lseg,
    ts_v tsvector, ts_q tsquery, i4r int4range, i8r int8range, nr numrange, dr daterange, tsr tsrange, tszr tstzrange,
    i4m int4multirange, dm datemultirange, fr floatrange, i4a integer[], i8a bigint[], ta text[], va varchar(10)[], na numeric[],
    ba boolean[], ja jsonb[], m2 integer[][], md mood, mda mood[], md2 "Mood 2", addr address, addrs address[], sp span,
    em email, pct percent, cd code DEFAULT 'ABCD', pos positive, il int_list, am any_mood, o oid, rc regclass, rt regtype, lsn pg_lsn, xid8 xid8,
    "order" integer, "Mixed" text, "with space" text, "quo""te" text
);

CREATE TABLE customers (
    id integer PRIMARY KEY,
    name text NOT NULL,
    email email,
    parent_id integer REFERENCES customers,
    created_at timestamptz DEFAULT now() NOT NULL,
    country char(2) DEFAULT 'DE',
    address address,
    mood mood DEFAULT 'ok'::mood,
    credit numeric(12,2) DEFAULT 0.00 NOT NULL,
    active boolean DEFAULT true NOT NULL
);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers,
    placed_on date DEFAULT CURRENT_DATE NOT NULL,
    status varchar(20) DEFAULT 'new' NOT NULL,
    total numeric(12,2) DEFAULT 0 NOT NULL,
    note text,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    data jsonb DEFAULT '{}' NOT NULL
);
CREATE TABLE items (
    order_id bigint NOT NULL REFERENCES orders,
    line_no smallint NOT NULL,
    product_id integer NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    price numeric(10,2) NOT NULL,
    PRIMARY KEY (order_id, line_no)
);
CREATE TABLE products (id integer PRIMARY KEY, name text NOT NULL, price numeric(10,2), weight real, category_id integer);
CREATE TABLE categories (id integer PRIMARY KEY, parent_id integer, name varchar(50) NOT NULL, rank integer);
CREATE TABLE a (id integer, x integer, y text, shared text);
CREATE TABLE b (id integer, x bigint, z text, shared text);
CREATE TABLE c (id integer, x integer, w text, other text);
CREATE TABLE other.a (id integer, name text);
CREATE TABLE "Mixed Case"."Table" ("Id" integer, "select" text, "a b" date);
CREATE TABLE base (id integer, name text);
CREATE TABLE derived (extra text) INHERITS (base);
CREATE TABLE measurements (city_id integer NOT NULL, logdate date NOT NULL, peak integer) PARTITION BY RANGE (logdate);
CREATE TABLE measurements_2024 PARTITION OF measurements FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE SEQUENCE counter;

CREATE FUNCTION add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE FUNCTION named(first text, second integer DEFAULT 2, third boolean DEFAULT false) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT first';
CREATE FUNCTION total_of(VARIADIC numbers numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT sum(n) FROM unnest(numbers) n';
CREATE FUNCTION joined(separator text, VARIADIC parts text[]) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT array_to_string(parts, separator)';
CREATE FUNCTION first_of(anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT $1[1]';
CREATE FUNCTION pair(anyelement, anyelement) RETURNS anyarray LANGUAGE sql IMMUTABLE AS 'SELECT ARRAY[$1, $2]';
CREATE FUNCTION compatible(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION series_of(integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT generate_series(1, $1)';
CREATE FUNCTION orders_of(customer integer) RETURNS SETOF orders LANGUAGE sql STABLE AS 'SELECT * FROM app.orders WHERE customer_id = customer';
CREATE FUNCTION pairs_of(integer) RETURNS TABLE(one integer, two text) LANGUAGE sql AS 'SELECT 1, ''x''::text';
CREATE FUNCTION with_out(integer, OUT a integer, OUT b text) LANGUAGE sql AS 'SELECT 1, ''x''::text';
CREATE FUNCTION records() RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, ''x''::text';
CREATE FUNCTION full_name(customers) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1.name';
CREATE FUNCTION overloaded(integer) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''i''';
CREATE FUNCTION overloaded(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''t''';
CREATE FUNCTION overloaded(mood) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''m''';
CREATE FUNCTION other.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION "Mixed Case"."Do It"(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION current_customer() RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE AGGREGATE product(numeric) (SFUNC = numeric_mul, STYPE = numeric);
CREATE FUNCTION distance(address, address) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE OPERATOR <~> (LEFTARG = address, RIGHTARG = address, FUNCTION = distance);
CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1';
CREATE OPERATOR !! (RIGHTARG = integer, FUNCTION = twice);
