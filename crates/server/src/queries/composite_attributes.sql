-- Attributes of composite types, in their order.
SELECT a.attrelid AS relation,
       a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS data_type,
       CASE WHEN a.attcollation NOT IN (0, t.typcollation)
            THEN ARRAY[cn.nspname, c.collname]::text[] END AS collation,
       d.description AS comment
FROM pg_attribute AS a
JOIN pg_class AS r ON r.oid = a.attrelid AND r.relkind = 'c'
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_collation AS c ON c.oid = a.attcollation
LEFT JOIN pg_namespace AS cn ON cn.oid = c.collnamespace
LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
