-- Columns of tables, foreign tables, views and materialized views, and attributes of composite types.
SELECT a.attrelid AS relation,
       a.attname AS name,
       a.attnum AS number,
       a.atttypid AS type,
       -- Only those with a modifier, and the few that are spelled in another way where they have none.
       CASE WHEN a.atttypmod >= 0 OR a.atttypid IN (1042, 1014, 1560, 1561)
            THEN format_type(a.atttypid, a.atttypmod) END AS spelled,
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
