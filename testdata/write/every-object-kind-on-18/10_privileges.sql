-- Owners, privileges and default privileges.
-- Run the files of this directory in the order of their names.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

ALTER SCHEMA shop OWNER TO rich_owner;
ALTER TABLE shop.customers OWNER TO rich_owner;
ALTER TYPE shop.state OWNER TO rich_owner;
ALTER VIEW shop.customer_orders OWNER TO rich_owner;

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
REVOKE USAGE ON TYPE shop.email FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION shop.touch() FROM PUBLIC;
REVOKE EXECUTE ON PROCEDURE shop.rebuild(timestamptz, integer, text[]) FROM PUBLIC;

GRANT USAGE ON SCHEMA shop TO rich_app;
GRANT USAGE ON TYPE shop.email TO rich_app;
GRANT SELECT, USAGE ON SEQUENCE shop.number TO rich_app;
GRANT REFERENCES (id) ON TABLE shop.customers TO PUBLIC;

GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON TABLE
    shop.bookings,
    shop.events,
    shop."order",
    shop.parent
TO rich_app;

GRANT SELECT ON TABLE shop.customers TO rich_app;
GRANT INSERT ON TABLE shop.customers TO rich_app WITH GRANT OPTION;
GRANT SELECT ON TABLE shop.customer_orders TO rich_read;
GRANT SELECT (id, name) ON TABLE shop.customers TO rich_read;
GRANT EXECUTE ON PROCEDURE shop.rebuild(timestamptz, integer, text[]) TO rich_app;

ALTER DEFAULT PRIVILEGES FOR ROLE rich_owner
    REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

ALTER DEFAULT PRIVILEGES FOR ROLE rich_owner IN SCHEMA shop
    GRANT SELECT ON TABLES TO rich_app;

COMMIT;
