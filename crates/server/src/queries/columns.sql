-- Columns of tables, foreign tables, views and materialized views, and attributes of composite types, in
-- their order.
SELECT a.attrelid AS relation,
       a.attname AS name,
       a.attnum AS number,
       a.atttypid AS type,
       a.atttypmod AS modifier,
       a.attnotnull AS not_null,
       a.attislocal AS is_local,
       a.attgenerated AS generated,
       -- Only an expression that generates has variables, for which the table must be opened.
       CASE WHEN f.oid IS NOT NULL THEN
           pg_get_expr(f.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE f.adrelid END)
       END AS default_value,
       a.attidentity AS identity,
       a.attcollation AS collation,
       a.attstorage AS storage,
       a.attcompression AS compression,
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::int END AS statistics,
       a.attoptions AS options,
       a.attfdwoptions AS foreign_options
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
LEFT JOIN pg_attrdef AS f ON a.atthasdef AND f.adrelid = a.attrelid AND f.adnum = a.attnum
WHERE a.attnum > 0
  AND NOT a.attisdropped
  AND a.attrelid >= 16384
ORDER BY a.attrelid, a.attnum
