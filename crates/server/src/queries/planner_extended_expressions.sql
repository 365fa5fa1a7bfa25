-- Statistics of the expressions of extended statistics objects, in the objects' order of expressions.
SELECT sn.nspname::text,
       s.stxname::text,
       coalesce((to_jsonb(e) ->> 'inherited')::bool, false),
       e.null_frac,
       e.avg_width,
       e.n_distinct,
       e.most_common_vals::text,
       e.most_common_freqs,
       e.histogram_bounds::text,
       e.correlation,
       s.stxrelid
FROM pg_stats_ext_exprs e
JOIN pg_namespace sn ON sn.nspname = e.statistics_schemaname
JOIN pg_statistic_ext s ON s.stxnamespace = sn.oid AND s.stxname = e.statistics_name
ORDER BY 1, 2, 3, array_position(pg_get_statisticsobjdef_expressions(s.oid), e.expr)
