-- Statistics of ranges, in the columns that pg_stats has for them from PostgreSQL 17 on.
SELECT c.oid,
       a.attname::text,
       a.attnum,
       s.inherited,
       v.kind,
       v.numbers,
       v.bounds
FROM pg_stats s
JOIN pg_namespace n ON n.nspname = s.schemaname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname
CROSS JOIN LATERAL (VALUES
    (6::int2, ARRAY[s.range_empty_frac], s.range_length_histogram::text),
    (7::int2, NULL, s.range_bounds_histogram::text)) AS v (kind, numbers, bounds)
WHERE v.bounds IS NOT NULL
ORDER BY 1, 3, 4, 5
