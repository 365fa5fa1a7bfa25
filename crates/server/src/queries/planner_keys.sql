-- B-trees at whose ends the planner looks up a column's extremes: whole, of the type's own order. Those whose
-- tables the user may read.
SELECT i.indexrelid,
       tn.nspname::text,
       t.relname::text,
       pg_get_indexdef(i.indexrelid, 1, false)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' AND c.relam = 403
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_opclass o ON o.oid = i.indclass[0] AND o.opcdefault
WHERE i.indisvalid
  AND i.indpred IS NULL
  AND i.indcollation[0] IN (0, (SELECT a.attcollation FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attnum = 1))
  AND tn.nspname NOT LIKE 'pg\_%'
  AND tn.nspname <> 'information_schema'
  AND t.relpersistence <> 't'
  AND has_table_privilege(t.oid, 'SELECT')
  AND has_schema_privilege(tn.oid, 'USAGE')
  AND NOT (t.relrowsecurity AND row_security_active(t.oid))
  AND t.reltuples > 0
ORDER BY i.indexrelid
