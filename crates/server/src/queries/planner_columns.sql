-- Column statistics as an ordinary user may see them: those of columns that the user may read.
SELECT c.oid,
       a.attname::text,
       a.attnum,
       s.inherited,
       s.null_frac,
       s.avg_width,
       s.n_distinct,
       s.most_common_vals::text,
       s.most_common_freqs,
       s.histogram_bounds::text,
       s.correlation,
       s.most_common_elems::text,
       s.most_common_elem_freqs,
       s.elem_count_histogram
FROM pg_stats s
JOIN pg_namespace n ON n.nspname = s.schemaname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname
WHERE s.schemaname NOT LIKE 'pg\_%'
  AND s.schemaname <> 'information_schema'
ORDER BY c.oid, a.attnum, s.inherited
