-- Relations that a planner asks for rows and pages, with what their files hold now.
SELECT c.oid,
       n.nspname::text,
       c.relname::text,
       c.relkind::text,
       c.reltuples,
       c.relpages,
       c.relallvisible,
       CASE WHEN c.relkind IN ('r', 'm', 'i')
            THEN pg_relation_size(c.oid) / current_setting('block_size')::bigint END,
       i.indrelid,
       a.amname::text,
       i.indexprs IS NOT NULL AND NOT has_table_privilege(c.oid, 'SELECT')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_am a ON a.oid = c.relam
WHERE c.relkind IN ('r', 'p', 'm', 'f', 'i', 'I')
  AND c.relpersistence <> 't'
  AND n.nspname NOT LIKE 'pg\_%'
  AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname
