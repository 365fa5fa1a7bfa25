-- What the width of a table's rows depends on, beside statistics.
SELECT c.oid,
       a.attname::text,
       a.attlen,
       a.attalign::text,
       a.atttypmod,
       format_type(a.atttypid, NULL),
       (SELECT option_value FROM pg_options_to_table(c.reloptions) WHERE option_name = 'fillfactor')
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm')
  AND c.relpersistence <> 't'
  AND n.nspname NOT LIKE 'pg\_%'
  AND n.nspname <> 'information_schema'
ORDER BY c.oid, a.attnum
