-- The table that the expressions of pairs.tsv are over.
CREATE SCHEMA app;
CREATE TYPE app.stage AS ENUM ('new', 'open', 'done');
CREATE TYPE app.address AS (street text, city character varying(40), zip integer);
CREATE DOMAIN app.email AS text;
CREATE DOMAIN app.amount AS numeric(12,2);
CREATE DOMAIN app.tags AS text[];
CREATE TYPE app.span AS RANGE (subtype = timestamp without time zone);
CREATE SEQUENCE app.numbers;
CREATE TABLE app.t (
    id integer,
    big bigint,
    small smallint,
    n numeric,
    price numeric(12,2),
    r real,
    d double precision,
    ok boolean,
    name text,
    code character varying(10),
    word character varying,
    fixed character(5),
    letter "char",
    label name,
    born date,
    at_time time without time zone,
    ts timestamp without time zone,
    tstz timestamp with time zone,
    span interval,
    j json,
    jb jsonb,
    u uuid,
    raw bytea,
    addr inet,
    net cidr,
    ints integer[],
    texts text[],
    codes character varying(10)[],
    stage app.stage,
    stages app.stage[],
    home app.address,
    homes app.address[],
    mail app.email,
    amount app.amount,
    tags app.tags,
    ir int4range,
    tr tstzrange,
    during app.span,
    doc xml,
    vec tsvector,
    q tsquery,
    bits bit(3),
    vbits bit varying(5),
    pt point,
    cash money,
    o oid,
    rel regclass
);
CREATE FUNCTION app.plus(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE FUNCTION app.plus(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT a || b';
CREATE FUNCTION app.total(VARIADIC parts numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT 1::numeric';
CREATE FUNCTION app.first_of(anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT $1[1]';
CREATE FUNCTION app.nick(app.t) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.name';
