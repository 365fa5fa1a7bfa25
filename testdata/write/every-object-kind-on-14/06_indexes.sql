-- Indexes that no constraint brings.
-- Run the files of this directory in the order of their names.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

CREATE UNIQUE INDEX customers_active
    ON shop.customers (lower(name), (name || 'x'), created_at DESC)
    INCLUDE (deleted_at)
    WITH (fillfactor = 80)
    WHERE deleted_at IS NULL;

CREATE INDEX customers_clustered ON shop.customers (created_at);
ALTER TABLE shop.customers CLUSTER ON customers_clustered;

CREATE INDEX customers_name_search ON shop.customers USING gin (name public.gin_trgm_ops);
COMMENT ON INDEX shop.customers_name_search IS 'Search by a part of the name.';

CREATE UNIQUE INDEX daily_id ON shop.daily (id);

CREATE INDEX events_at ON shop.events USING brin (at);

COMMIT;
