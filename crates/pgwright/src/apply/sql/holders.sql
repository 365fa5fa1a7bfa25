-- Transactions that hold locks on a plan's tables which the plan would wait for, or, when $5, that
-- are old enough to hold up every concurrent build in the database. Prepared ones have no process.
WITH wanted AS (
    SELECT u.relation, u.mode
    FROM unnest($1::oid[], $2::text[]) AS u (relation, mode)
),
held AS (
    SELECT l.pid,
           l.virtualtransaction,
           string_agg(DISTINCT format('%s on %s', l.mode, l.relation::regclass), ', '
                      ORDER BY format('%s on %s', l.mode, l.relation::regclass)) AS locks
    FROM pg_locks AS l
    JOIN wanted AS w ON w.relation = l.relation AND w.mode = l.mode
    WHERE l.granted
      AND l.locktype = 'relation'
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    GROUP BY l.pid, l.virtualtransaction
)
SELECT a.pid,
       coalesce(a.usename, '') AS role,
       coalesce(a.application_name, '') AS application,
       coalesce(a.client_addr::text, '') AS address,
       coalesce(a.state, '') AS state,
       coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float8 AS age,
       coalesce(a.query, '') AS query,
       coalesce(h.locks, '') AS locks,
       CASE
           WHEN a.application_name = 'pg_dump' THEN 'dump'
           WHEN a.backend_type = 'autovacuum worker' THEN 'autovacuum'
           ELSE 'session'
       END AS kind
FROM pg_stat_activity AS a
LEFT JOIN held AS h ON h.pid = a.pid
WHERE a.pid <> ALL ($3::int[])
  AND a.datname = current_database()
  AND a.xact_start IS NOT NULL
  AND CASE
          -- An ordinary autovacuum gives way to whoever waits for it.
          WHEN a.backend_type = 'autovacuum worker'
              THEN h.pid IS NOT NULL AND a.query LIKE '%(to prevent wraparound)%'
          WHEN a.backend_type <> 'client backend' THEN h.pid IS NOT NULL
          WHEN a.application_name = 'pg_dump' THEN true
          ELSE clock_timestamp() - a.xact_start > make_interval(secs => $4)
              AND (h.pid IS NOT NULL OR ($5 AND (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)))
      END
UNION ALL
SELECT 0,
       p.owner::text,
       p.gid,
       '',
       'prepared',
       extract(epoch FROM clock_timestamp() - p.prepared)::float8,
       '',
       h.locks,
       'prepared'
FROM pg_prepared_xacts AS p
-- What its locks have in common is that of its transaction number.
JOIN pg_locks AS x ON x.locktype = 'transactionid' AND x.pid IS NULL AND x.transactionid = p.transaction
JOIN held AS h ON h.pid IS NULL AND h.virtualtransaction = x.virtualtransaction
WHERE p.database = current_database()
ORDER BY age DESC, pid
