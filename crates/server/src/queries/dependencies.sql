-- What each object needs to exist first, as pg_depend knows it: (class, oid) of both. Rules stand for
-- their view, defaults for their table, array and row types for what they are made of, and a member of
-- an extension for the extension.
WITH dependency AS (
    SELECT CASE d.classid WHEN 'pg_rewrite'::regclass THEN 'pg_class'::regclass
                          WHEN 'pg_attrdef'::regclass THEN 'pg_class'::regclass
                          ELSE d.classid::regclass END AS class,
           coalesce(w.ev_class, f.adrelid, d.objid) AS oid,
           CASE WHEN t.typrelid <> 0 AND rel.relkind <> 'c' THEN 'pg_class'::regclass
                ELSE d.refclassid::regclass END AS needed_class,
           CASE WHEN t.typrelid <> 0 AND rel.relkind <> 'c' THEN t.typrelid
                ELSE coalesce(g.rngtypid, t.oid, d.refobjid) END AS needed_oid
    FROM pg_depend AS d
    LEFT JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
    LEFT JOIN pg_attrdef AS f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
    -- The element where an array type is needed.
    LEFT JOIN pg_type AS i ON d.refclassid = 'pg_type'::regclass AND i.oid = d.refobjid
    LEFT JOIN pg_type AS t
        ON t.oid = CASE WHEN i.typelem <> 0 AND i.typlen = -1 THEN i.typelem ELSE i.oid END
    LEFT JOIN pg_class AS rel ON rel.oid = t.typrelid
    LEFT JOIN pg_range AS g ON g.rngmultitypid = t.oid
    WHERE d.deptype = 'n' AND d.objid >= 16384
)
SELECT DISTINCT d.class::text AS class, d.oid,
       CASE WHEN e.refobjid IS NULL THEN d.needed_class::text ELSE 'pg_extension' END AS needed_class,
       coalesce(e.refobjid, d.needed_oid) AS needed_oid
FROM dependency AS d
LEFT JOIN pg_depend AS e
    ON e.classid = d.needed_class AND e.objid = d.needed_oid AND e.objsubid = 0 AND e.deptype = 'e'
ORDER BY 1, 2, 3, 4
