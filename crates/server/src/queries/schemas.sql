-- Schemas.
SELECT oid, nspname AS name, nspowner AS owner FROM pg_namespace
