-- What the size of an index depends on, beside statistics.
SELECT i.indexrelid,
       i.indrelid,
       i.indisunique,
       i.indnkeyatts,
       (SELECT option_value FROM pg_options_to_table(c.reloptions) WHERE option_name = 'fillfactor'),
       (SELECT option_value FROM pg_options_to_table(c.reloptions) WHERE option_name = 'pages_per_range'),
       i.indnatts = i.indnkeyatts
           AND NOT EXISTS (SELECT FROM unnest(i.indclass::oid[]) AS k (class)
                           JOIN pg_opclass o ON o.oid = k.class
                           WHERE NOT EXISTS (SELECT FROM pg_amproc p
                                             WHERE p.amprocfamily = o.opcfamily AND p.amprocnum = 4
                                               AND p.amproclefttype = o.opcintype))
           AND NOT EXISTS (SELECT FROM pg_options_to_table(c.reloptions)
                           WHERE option_name = 'deduplicate_items' AND lower(option_value) IN ('off', 'false', 'no', '0')),
       pg_get_expr(i.indpred, i.indrelid),
       k.lengths,
       k.alignments,
       k.modifiers,
       k.types,
       k.columns,
       (SELECT o.opcname::text FROM pg_opclass o WHERE o.oid = i.indclass[0]),
       CASE WHEN i.indexprs IS NOT NULL THEN
           (SELECT array_agg(pg_get_indexdef(i.indexrelid, n, false) ORDER BY n)
            FROM generate_series(1, i.indnkeyatts) AS n) END
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT array_agg(a.attlen ORDER BY a.attnum) AS lengths,
           array_agg(a.attalign::text ORDER BY a.attnum) AS alignments,
           array_agg(a.atttypmod ORDER BY a.attnum) AS modifiers,
           array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum) AS types,
           array_agg(t.attname::text ORDER BY a.attnum) AS columns
    FROM pg_attribute a
    LEFT JOIN pg_attribute t ON t.attrelid = i.indrelid AND t.attnum = i.indkey[a.attnum - 1] AND t.attnum > 0
    WHERE a.attrelid = i.indexrelid) AS k
WHERE c.relkind = 'i'
  AND c.relpersistence <> 't'
  AND n.nspname NOT LIKE 'pg\_%'
  AND n.nspname <> 'information_schema'
ORDER BY i.indexrelid
