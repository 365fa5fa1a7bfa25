-- Statistics of ranges (kinds 6 and 7), which pg_stats shows from PostgreSQL 17 on only: for those who may
-- read pg_statistic.
SELECT s.starelid,
       a.attname::text,
       a.attnum,
       s.stainherit,
       v.kind,
       v.numbers,
       v.bounds
FROM pg_statistic s
JOIN pg_attribute a ON a.attrelid = s.starelid AND a.attnum = s.staattnum
JOIN pg_class c ON c.oid = s.starelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (VALUES
    (s.stakind1, s.stanumbers1, s.stavalues1::text),
    (s.stakind2, s.stanumbers2, s.stavalues2::text),
    (s.stakind3, s.stanumbers3, s.stavalues3::text),
    (s.stakind4, s.stanumbers4, s.stavalues4::text),
    (s.stakind5, s.stanumbers5, s.stavalues5::text)) AS v (kind, numbers, bounds)
WHERE v.kind IN (6, 7)
  AND n.nspname NOT LIKE 'pg\_%'
  AND n.nspname <> 'information_schema'
ORDER BY 1, 3, 4, 5
