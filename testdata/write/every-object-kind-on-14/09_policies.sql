-- Row-level security: which rows each role sees and writes.
-- Run the files of this directory in the order of their names.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

ALTER TABLE shop.customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.customers FORCE ROW LEVEL SECURITY;

CREATE POLICY customers_never ON shop.customers
    AS RESTRICTIVE
    FOR DELETE
    USING (false);

CREATE POLICY customers_own ON shop.customers
    TO rich_app
    USING (shop.visible(id))
    WITH CHECK (id IN (SELECT v.id FROM shop.customer_orders AS v));
COMMENT ON POLICY customers_own ON shop.customers IS 'Only their own.';

COMMIT;
