-- What a backend is doing: whether it waits for a lock, how far an index build is, and what a loop tells of
-- itself, which it can by its application_name alone.
SELECT coalesce(a.wait_event_type = 'Lock', false) AS waits,
       coalesce(a.state = 'active', false) AS active,
       substring(a.application_name FROM '^pgwright: (.*)') AS tells,
       p.phase,
       CASE
           WHEN p.lockers_total > 0 AND p.phase LIKE 'waiting%' THEN p.lockers_done::float8 / p.lockers_total
           WHEN p.tuples_total > 0 THEN p.tuples_done::float8 / p.tuples_total
           WHEN p.blocks_total > 0 THEN p.blocks_done::float8 / p.blocks_total
       END AS part
FROM pg_stat_activity AS a
LEFT JOIN pg_stat_progress_create_index AS p ON p.pid = a.pid
WHERE a.pid = $1
