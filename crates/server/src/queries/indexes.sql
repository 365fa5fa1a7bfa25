-- Indexes, those behind constraints too.
SELECT i.indexrelid AS oid,
       i.indrelid AS relation,
       x.relname AS name,
       x.relam AS method,
       i.indisunique AS is_unique,
       i.indnullsnotdistinct AS nulls_not_distinct, -- from 15
       false AS nulls_not_distinct,                 -- before 15
       i.indisclustered AS is_clustered,
       i.indisreplident AS is_replica_identity,
       i.indisvalid AS is_valid,
       i.indnkeyatts AS keys,
       i.indkey::int2[] AS columns,
       i.indclass::oid[] AS classes,
       i.indcollation::oid[] AS collations,
       i.indoption::int2[] AS key_options,
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       -- What stands beside an expression is read out of the definition.
       CASE WHEN i.indexprs IS NOT NULL THEN pg_get_expr(i.indexprs, i.indrelid) END AS expressions,
       CASE WHEN i.indexprs IS NOT NULL THEN pg_get_indexdef(i.indexrelid) END AS definition,
       x.reloptions AS options,
       x.reltablespace AS tablespace
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
WHERE i.indexrelid >= 16384
  AND x.relnamespace <> 99 -- those of TOAST tables
