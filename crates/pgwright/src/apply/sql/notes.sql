-- What is worth knowing before a plan runs, and does not hold it up.
SELECT format('replication slot "%s" holds %s of WAL back%s', s.slot_name,
              pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)),
              CASE WHEN s.active THEN '' ELSE ', and nobody reads from it' END) AS note
FROM pg_replication_slots AS s
WHERE s.restart_lsn IS NOT NULL
  AND pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn) > 1024 * 1024 * 1024
UNION ALL
SELECT format('publication "%s" is FOR ALL TABLES: the journal is an unlogged table, so that it is not '
              'replicated, and a crash of the server would lose it', p.pubname)
FROM pg_publication AS p
WHERE p.puballtables
UNION ALL
SELECT 'this role sees nothing of other roles'' sessions: grant it pg_read_all_stats, or old '
       'transactions are found only by waiting for them'
WHERE NOT pg_has_role('pg_read_all_stats', 'USAGE')
ORDER BY 1
