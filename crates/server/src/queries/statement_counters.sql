-- What pg_stat_statements counted in this database, whatever its version: columns were renamed in 1.8 and added
-- in 1.11. A statement that was evicted and came back counts from then on, but one that is only minutes old
-- counts for the whole time since the counters were reset, or its rate would be a guess.
SELECT s.query, s.calls, s.rows,
       coalesce(f.fields ->> 'mean_exec_time', f.fields ->> 'mean_time')::float8,
       extract(epoch FROM now() - greatest(i.reset, least((f.fields ->> 'stats_since')::timestamptz,
                                                          now() - interval '1 hour')))::float8
FROM {schema}.pg_stat_statements AS s
CROSS JOIN LATERAL (SELECT to_jsonb(s) - 'query' AS fields) AS f
CROSS JOIN (SELECT max(stats_reset) AS reset FROM {schema}.pg_stat_statements_info) AS i
WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND s.query IS NOT NULL
ORDER BY s.calls DESC, s.queryid, s.userid
