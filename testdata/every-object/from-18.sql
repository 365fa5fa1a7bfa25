-- What PostgreSQL 18 brought.

CREATE INDEX accounts_tenant ON every.accounts USING btree_like (tenant);
CREATE TABLE every.rates (
    room int4range, during tstzrange, price integer, twice integer GENERATED ALWAYS AS (price * 2) VIRTUAL,
    later integer, alone integer CONSTRAINT alone_here NOT NULL NO INHERIT,
    CONSTRAINT rates_key PRIMARY KEY (room, during WITHOUT OVERLAPS),
    CONSTRAINT lax CHECK (price > 0) NOT ENFORCED,
    CONSTRAINT named NOT NULL price);
ALTER TABLE every.rates ADD CONSTRAINT rates_later NOT NULL later NOT VALID;
COMMENT ON CONSTRAINT named ON every.rates IS 'has a price';
CREATE TABLE every.stays (room int4range, during tstzrange, account bigint,
    FOREIGN KEY (room, PERIOD during) REFERENCES every.rates (room, PERIOD during),
    CONSTRAINT stays_account FOREIGN KEY (account) REFERENCES every.accounts NOT ENFORCED);
CREATE PUBLICATION every_generated FOR TABLE every.accounts WITH (publish_generated_columns = stored);
ALTER DEFAULT PRIVILEGES FOR ROLE every_owner GRANT SELECT ON LARGE OBJECTS TO every_reader;
