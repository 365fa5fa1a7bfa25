-- Relations of a twin, with their files.
SELECT c.oid,
       n.nspname::text,
       c.relname::text,
       c.relkind::text,
       i.indrelid,
       a.amname::text,
       pg_relation_filepath(c.oid),
       i.indnatts,
       i.indnkeyatts,
       coalesce(i.indoption[0] & 1 = 1, false)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_am a ON a.oid = c.relam
WHERE c.relkind IN ('r', 'p', 'm', 'f', 'i', 'I')
  AND c.relpersistence <> 't'
  AND n.nspname NOT LIKE 'pg\_%'
  AND n.nspname <> 'information_schema'
ORDER BY c.oid
