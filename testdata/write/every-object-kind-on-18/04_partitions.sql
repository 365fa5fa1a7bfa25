-- Partitions.
-- Run the files of this directory in the order of their names.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

CREATE TABLE shop.events_2025_01
    PARTITION OF shop.events (
        body WITH OPTIONS DEFAULT '{"month": 1}'::jsonb
    )
    FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2025-02-01 00:00:00+00')
    PARTITION BY HASH (customer_id);

CREATE TABLE shop.events_2025_01_0
    PARTITION OF shop.events_2025_01
    FOR VALUES WITH (MODULUS 1, REMAINDER 0);

CREATE TABLE shop.events_default
    PARTITION OF shop.events
    DEFAULT;

COMMIT;
