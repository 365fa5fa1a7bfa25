-- Enumerations, domains, composite and range types. Base types, and the row and array types that come
-- with other objects, are not among them.
SELECT t.oid,
       t.typtype::text AS kind,
       n.nspname AS schema,
       t.typname AS name,
       r.rolname AS owner,
       d.description AS comment,
       t.typrelid AS relation,
       -- Domains.
       format_type(t.typbasetype, t.typtypmod) AS base,
       CASE WHEN t.typtype = 'd' AND t.typcollation NOT IN (0, b.typcollation)
            THEN ARRAY[cn.nspname, c.collname]::text[] END AS collation,
       pg_get_expr(t.typdefaultbin, 0) AS default_value,
       t.typnotnull AS not_null,
       -- Ranges.
       format_type(g.rngsubtype, NULL) AS subtype,
       CASE WHEN NOT o.opcdefault THEN
           CASE WHEN o_n.nspname = 'pg_catalog' THEN '' ELSE quote_ident(o_n.nspname) || '.' END
           || quote_ident(o.opcname) END AS subtype_operator_class,
       CASE WHEN g.rngcollation NOT IN (0, s.typcollation)
            THEN ARRAY[gn.nspname, gc.collname]::text[] END AS range_collation,
       (SELECT ARRAY[f_n.nspname, f.proname]::text[] FROM pg_proc AS f
        JOIN pg_namespace AS f_n ON f_n.oid = f.pronamespace
        WHERE f.oid = g.rngcanonical) AS canonical,
       (SELECT ARRAY[f_n.nspname, f.proname]::text[] FROM pg_proc AS f
        JOIN pg_namespace AS f_n ON f_n.oid = f.pronamespace
        WHERE f.oid = g.rngsubdiff) AS subtype_diff,
       (SELECT m.typname FROM pg_type AS m WHERE m.oid = g.rngmultitypid) AS multirange
FROM pg_type AS t
JOIN pg_namespace AS n ON n.oid = t.typnamespace
JOIN pg_roles AS r ON r.oid = t.typowner
LEFT JOIN pg_class AS rel ON rel.oid = t.typrelid
LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
LEFT JOIN pg_collation AS c ON c.oid = t.typcollation
LEFT JOIN pg_namespace AS cn ON cn.oid = c.collnamespace
LEFT JOIN pg_range AS g ON g.rngtypid = t.oid
LEFT JOIN pg_type AS s ON s.oid = g.rngsubtype
LEFT JOIN pg_opclass AS o ON o.oid = g.rngsubopc
LEFT JOIN pg_namespace AS o_n ON o_n.oid = o.opcnamespace
LEFT JOIN pg_collation AS gc ON gc.oid = g.rngcollation
LEFT JOIN pg_namespace AS gn ON gn.oid = gc.collnamespace
WHERE (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND rel.relkind = 'c'))
  AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend AS e
                  WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY n.nspname, t.typname
