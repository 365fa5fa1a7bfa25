-- Extended statistics objects.
SELECT s.oid,
       s.stxnamespace AS schema,
       s.stxname AS name,
       s.stxowner AS owner,
       s.stxrelid AS relation,
       s.stxkeys::int2[] AS columns,
       s.stxkind::text[] AS kinds,
       CASE WHEN s.stxexprs IS NOT NULL THEN pg_get_statisticsobjdef_expressions(s.oid) END AS expressions,
       CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget::int END AS target
FROM pg_statistic_ext AS s
