-- Triggers, without those that constraints bring and those a partition has from its parent.
SELECT t.oid,
       t.tgrelid AS relation,
       t.tgname AS name,
       t.tgtype::int AS bits,
       t.tgenabled::text AS enabled,
       fn.nspname AS function_schema,
       f.proname AS function_name,
       ARRAY(SELECT a.attname::text
             FROM unnest(t.tgattr::int2[]) WITH ORDINALITY AS k(number, place)
             JOIN pg_attribute AS a ON a.attrelid = t.tgrelid AND a.attnum = k.number
             ORDER BY k.place) AS update_columns,
       t.tgargs AS arguments,
       t.tgconstraint <> 0 AS is_constraint,
       t.tgdeferrable AS is_deferrable,
       t.tginitdeferred AS is_deferred,
       t.tgconstrrelid <> 0 AS has_from,
       t.tgoldtable AS old_table,
       t.tgnewtable AS new_table,
       CASE WHEN t.tgqual IS NOT NULL THEN pg_get_triggerdef(t.oid, false) END AS definition,
       d.description AS comment
FROM pg_trigger AS t
JOIN pg_class AS r ON r.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = r.relnamespace
JOIN pg_proc AS f ON f.oid = t.tgfoid
JOIN pg_namespace AS fn ON fn.oid = f.pronamespace
LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_trigger'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE NOT t.tgisinternal
  AND t.tgparentid = 0
  AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_'
ORDER BY t.tgrelid, t.tgname
