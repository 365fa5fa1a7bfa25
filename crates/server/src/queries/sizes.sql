-- How large each table is: rows as of the last ANALYZE, and bytes without indexes and TOAST.
SELECT n.nspname::text, c.relname::text, greatest(c.reltuples, 0)::bigint, pg_relation_size(c.oid)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.oid >= 16384
