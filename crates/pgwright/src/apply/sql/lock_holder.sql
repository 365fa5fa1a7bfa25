-- Who holds the advisory lock of `pgwright apply` in this database.
SELECT l.pid,
       coalesce(a.usename, '') AS role,
       coalesce(a.application_name, '') AS application,
       coalesce(a.client_addr::text, '') AS address,
       coalesce(a.state, '') AS state,
       coalesce(extract(epoch FROM clock_timestamp() - a.backend_start), 0)::float8 AS age,
       coalesce(a.query, '') AS query
FROM pg_locks AS l
LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory'
  AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid = $1::int8::oid
  AND l.objid = $2::int8::oid
  AND l.objsubid = 2
