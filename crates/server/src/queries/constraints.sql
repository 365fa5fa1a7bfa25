-- Constraints of tables: primary, unique, foreign keys, checks and exclusions, and since 18 NOT NULL.
-- Those that a partition or child has from its parent are not among them.
SELECT c.oid,
       c.conrelid AS relation,
       c.conname AS name,
       c.contype::text AS kind,
       c.condeferrable AS is_deferrable,
       c.condeferred AS is_deferred,
       c.convalidated AS validated,
       c.connoinherit AS no_inherit,
       d.description AS comment,
       pg_get_expr(c.conbin, c.conrelid) AS expression,
       ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k(number, place)
             JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number
             ORDER BY k.place) AS columns,
       -- Foreign keys.
       ARRAY[fn.nspname, f.relname]::text[] AS references_table,
       ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k(number, place)
             JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.number
             ORDER BY k.place) AS referenced_columns,
       c.confmatchtype::text AS match_type,
       c.confdeltype::text AS delete_action,
       c.confupdtype::text AS update_action,
       ARRAY(SELECT a.attname::text FROM unnest(c.confdelsetcols) WITH ORDINALITY AS k(number, place) -- from 15
             JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number                -- from 15
             ORDER BY k.place) AS delete_set_columns,                                                 -- from 15
       ARRAY[]::text[] AS delete_set_columns, -- before 15
       c.conenforced AS enforced, -- from 18
       true AS enforced,          -- before 18
       c.conperiod AS period, -- from 18
       false AS period,       -- before 18
       -- The index behind a key or exclusion.
       i.indexrelid AS index,
       coalesce(i.indnullsnotdistinct, false) AS nulls_not_distinct, -- from 15
       false AS nulls_not_distinct,                                  -- before 15
       ARRAY(SELECT a.attname::text
             FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
             JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
             WHERE k.place > i.indnkeyatts
             ORDER BY k.place) AS include,
       x.reloptions AS options,
       s.spcname AS tablespace,
       coalesce(i.indisclustered, false) AS clustered,
       am.amname AS method,
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       CASE WHEN c.contype = 'x' THEN pg_get_constraintdef(c.oid) END AS definition,
       CASE WHEN c.contype = 'x' THEN
           ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false)
                 FROM generate_series(1, i.indnkeyatts::int) AS k ORDER BY k) END AS keys,
       -- The column of each key, NULL where it is an expression.
       CASE WHEN c.contype = 'x' THEN
           ARRAY(SELECT a.attname::text
                 FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
                 LEFT JOIN pg_attribute AS a
                     ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number <> 0
                 WHERE k.place <= i.indnkeyatts
                 ORDER BY k.place) END AS key_columns
FROM pg_constraint AS c
JOIN pg_class AS r ON r.oid = c.conrelid AND r.relkind IN ('r', 'p')
JOIN pg_namespace AS n ON n.oid = r.relnamespace
LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_constraint'::regclass AND d.objoid = c.oid AND d.objsubid = 0
LEFT JOIN pg_class AS f ON f.oid = c.confrelid
LEFT JOIN pg_namespace AS fn ON fn.oid = f.relnamespace
LEFT JOIN pg_index AS i ON i.indexrelid = c.conindid AND c.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class AS x ON x.oid = i.indexrelid
LEFT JOIN pg_tablespace AS s ON s.oid = x.reltablespace
LEFT JOIN pg_am AS am ON am.oid = x.relam
WHERE c.contype IN ('p', 'u', 'f', 'c', 'x', 'n')
  AND c.conparentid = 0
  AND c.conislocal
  AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_'
ORDER BY c.conrelid, c.conname
