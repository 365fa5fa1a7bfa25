-- What stands for something else in pg_depend: defaults for their table, array and multirange types for
-- what they are made of, row types for their table.
SELECT 2604::oid AS class, oid, 1259::oid AS held_class, adrelid AS held_oid FROM pg_attrdef
UNION ALL
SELECT 1247, t.oid, CASE WHEN r.relkind <> 'c' THEN 1259 ELSE 1247 END,
       CASE WHEN r.relkind <> 'c' THEN e.typrelid ELSE coalesce(g.rngtypid, e.oid) END
FROM pg_type AS t
JOIN pg_type AS e ON e.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
LEFT JOIN pg_class AS r ON r.oid = e.typrelid
LEFT JOIN pg_range AS g ON g.rngmultitypid = e.oid
WHERE t.oid >= 16384
  AND (e.oid <> t.oid OR r.relkind <> 'c' OR g.rngtypid IS NOT NULL)
UNION ALL
SELECT d.classid, d.objid, 3079, d.refobjid FROM pg_depend AS d
WHERE d.deptype = 'e' AND d.objid >= 16384 AND d.objsubid = 0
