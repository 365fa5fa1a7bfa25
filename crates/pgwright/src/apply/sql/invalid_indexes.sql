-- Indexes that a failed build left behind, and whether they are of a plan's tables. Those of
-- partitioned tables are INVALID until every partition has its part, which is no failure.
SELECT format('%I.%I', n.nspname, x.relname) AS index,
       n.nspname::text AS schema,
       x.relname::text AS name,
       format('%I.%I', tn.nspname, t.relname) AS table,
       i.indrelid = ANY ($1::oid[]) AS concerned
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = x.relnamespace
JOIN pg_class AS t ON t.oid = i.indrelid
JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
WHERE NOT i.indisvalid
  AND x.relkind = 'i'
  AND x.relpersistence <> 't'
  AND n.nspname <> 'pg_toast'
ORDER BY 1
