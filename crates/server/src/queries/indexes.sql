-- Indexes that back no constraint and belong to no partitioned parent's index.
SELECT i.indexrelid AS oid,
       i.indrelid AS relation,
       x.relname AS name,
       am.amname AS method,
       i.indisunique AS is_unique,
       i.indnullsnotdistinct AS nulls_not_distinct, -- from 15
       false AS nulls_not_distinct,                 -- before 15
       i.indisclustered AS clustered,
       i.indisvalid AS is_valid,
       pg_get_indexdef(i.indexrelid) AS definition,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false)
             FROM generate_series(1, i.indnkeyatts::int) AS k ORDER BY k) AS keys,
       -- The column of each key, NULL where it is an expression.
       ARRAY(SELECT a.attname::text
             FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
             LEFT JOIN pg_attribute AS a
                 ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number <> 0
             WHERE k.place <= i.indnkeyatts
             ORDER BY k.place) AS key_columns,
       ARRAY(SELECT a.attname::text
             FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
             JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
             WHERE k.place > i.indnkeyatts
             ORDER BY k.place) AS include,
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       x.reloptions AS options,
       s.spcname AS tablespace,
       d.description AS comment
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_class AS r ON r.oid = i.indrelid AND r.relkind IN ('r', 'p', 'm')
JOIN pg_namespace AS n ON n.oid = r.relnamespace
JOIN pg_am AS am ON am.oid = x.relam
LEFT JOIN pg_tablespace AS s ON s.oid = x.reltablespace
LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = x.oid AND d.objsubid = 0
WHERE NOT x.relispartition
  AND NOT EXISTS (SELECT FROM pg_constraint AS c
                  WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
  AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_'
ORDER BY i.indrelid, x.relname
