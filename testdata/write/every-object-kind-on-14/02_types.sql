-- Types, domains, sequences, and the functions that tables need.
-- Run the files of this directory in the order of their names.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

CREATE TYPE shop.money_of AS (
    amount          numeric(12,2),
    "currency code" char(3) COLLATE pg_catalog."C"
);
COMMENT ON COLUMN shop.money_of.amount IS 'How much.';

-- States of an order.
CREATE TYPE shop.state AS ENUM ('draft', 'it''s', 'done');
COMMENT ON TYPE shop.state IS 'States of an order. They never change.';

-- Numbers.
CREATE SEQUENCE shop.number AS integer
    INCREMENT BY 10
    MINVALUE 10
    START WITH 1000
    CACHE 5
    CYCLE;
COMMENT ON SEQUENCE shop.number IS 'Numbers.';

CREATE FUNCTION shop.default_user()
    RETURNS text
    LANGUAGE sql
    STABLE
    COST 7
RETURN CURRENT_USER::text;

CREATE FUNCTION shop.plausible(address text)
    RETURNS boolean
    LANGUAGE sql
    IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO ''
AS $$SELECT position('@' IN address) > 1$$;

-- An address.
CREATE DOMAIN shop.email AS text
    DEFAULT 'nobody@example.com'::text
    NOT NULL
    CONSTRAINT email_at CHECK (VALUE LIKE '%@%')
    CONSTRAINT email_plausible CHECK (shop.plausible(VALUE));
ALTER DOMAIN shop.email
    ADD CONSTRAINT email_short CHECK (length(VALUE) < 300) NOT VALID;
COMMENT ON DOMAIN shop.email IS 'An address.';

CREATE FUNCTION shop.time_difference(a time, b time)
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE STRICT
    SET search_path TO ''
AS $$SELECT extract(epoch FROM (a - b))::double precision$$;

CREATE TYPE shop.time_range AS RANGE (
    subtype = time,
    subtype_diff = shop.time_difference,
    multirange_type_name = shop.time_ranges
);

COMMIT;
