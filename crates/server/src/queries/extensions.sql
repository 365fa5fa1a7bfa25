-- Extensions, without those every database begins with (plpgsql). Version and comment are NULL where
-- they are what CREATE EXTENSION gives by itself.
SELECT e.oid,
       e.extname AS name,
       n.nspname AS schema,
       CASE WHEN e.extversion IS DISTINCT FROM a.default_version THEN e.extversion END AS version,
       CASE WHEN d.description IS DISTINCT FROM a.comment THEN d.description END AS comment
FROM pg_extension AS e
JOIN pg_namespace AS n ON n.oid = e.extnamespace
LEFT JOIN pg_available_extensions AS a ON a.name = e.extname
LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_extension'::regclass AND d.objoid = e.oid AND d.objsubid = 0
WHERE e.oid >= 16384
ORDER BY e.extname
