-- Schemas and extensions.
-- Run the files of this directory in the order of their names.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

CREATE SCHEMA "Odd Schema";
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'Orders and what they need.';

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA shop;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

COMMENT ON SCHEMA public IS 'Nothing of ours.';

COMMIT;
