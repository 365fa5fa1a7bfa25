-- Roles: created when the cluster has none of that name, never altered.
-- Run the files of this directory in the order of their names.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rich_app') THEN
        CREATE ROLE rich_app NOLOGIN;
        COMMENT ON ROLE rich_app IS 'It''s the application.';
    END IF;
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rich_owner') THEN
        CREATE ROLE rich_owner NOLOGIN;
        COMMENT ON ROLE rich_owner IS 'Owns the schema.';
    END IF;
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rich_read') THEN
        CREATE ROLE rich_read NOLOGIN;
    END IF;
END
$$;
GRANT rich_app TO rich_read;

COMMIT;
