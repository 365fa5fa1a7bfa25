-- Data of extended statistics objects, as an ordinary user may see it.
SELECT s.stxrelid,
       sn.nspname::text,
       s.stxname::text,
       (SELECT array_agg(a.attname::text ORDER BY k.ord)
        FROM unnest(s.stxkeys::int2[]) WITH ORDINALITY AS k (num, ord)
        JOIN pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = k.num),
       s.stxkeys::int2[],
       coalesce((to_jsonb(e) ->> 'inherited')::bool, false),
       e.n_distinct::text,
       e.dependencies::text,
       array_to_json(e.most_common_vals)::text,
       e.most_common_freqs,
       e.most_common_base_freqs
FROM pg_stats_ext e
JOIN pg_namespace sn ON sn.nspname = e.statistics_schemaname
JOIN pg_statistic_ext s ON s.stxnamespace = sn.oid AND s.stxname = e.statistics_name
WHERE e.n_distinct IS NOT NULL OR e.dependencies IS NOT NULL OR e.most_common_vals IS NOT NULL
ORDER BY 2, 3, 6
