-- Extensions, and what is made of the types and functions that they bring.
CREATE SCHEMA extensions;
CREATE EXTENSION citext WITH SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA extensions;
CREATE EXTENSION earthdistance CASCADE;
COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';
COMMENT ON EXTENSION "uuid-ossp" IS 'ours';
SET search_path = public, extensions;
CREATE TABLE accounts (id uuid DEFAULT uuid_generate_v4() PRIMARY KEY, mail citext UNIQUE, aliases citext[]);
CREATE FUNCTION find(mail citext) RETURNS SETOF accounts LANGUAGE sql AS 'SELECT * FROM accounts WHERE mail = $1';
CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw;
CREATE EXTENSION postgres_fdw;
CREATE SERVER there FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'elsewhere', dbname 'd');
ALTER SERVER there VERSION '2' OPTIONS (SET host 'nowhere', DROP dbname, ADD port '5433');
CREATE USER MAPPING FOR PUBLIC SERVER there OPTIONS (user 'u', password 'p');
DROP EXTENSION earthdistance, cube;
-- known difference: FOR PUBLIC SERVER there / secrets
-- known difference: USER MAPPING public SERVER there
