-- Extensions, without those every database begins with (plpgsql). Version and comment are NULL where
-- they are what CREATE EXTENSION gives by itself.
SELECT e.oid,
       e.extname AS name,
       e.extnamespace AS schema,
       CASE WHEN e.extversion IS DISTINCT FROM a.default_version THEN e.extversion END AS version,
       a.comment AS usual_comment
FROM pg_extension AS e
LEFT JOIN pg_available_extensions AS a ON a.name = e.extname
WHERE e.oid >= 16384
