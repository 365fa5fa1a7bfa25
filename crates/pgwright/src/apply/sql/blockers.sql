-- Who a backend waits for. A process number of 0 is a prepared transaction.
SELECT b.pid,
       coalesce(a.usename, '') AS role,
       coalesce(a.application_name, '') AS application,
       coalesce(a.client_addr::text, '') AS address,
       coalesce(a.state, '') AS state,
       coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float8 AS age,
       coalesce(a.query, '') AS query
FROM (SELECT DISTINCT unnest(pg_blocking_pids($1)) AS pid) AS b
LEFT JOIN pg_stat_activity AS a ON a.pid = b.pid
ORDER BY b.pid
