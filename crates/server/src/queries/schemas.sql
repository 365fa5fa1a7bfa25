-- Schemas. The comment and owner of "public" are NULL where they are what a new database has: up to 14
-- its owner is the bootstrap superuser (oid 10), since then the role pg_database_owner.
SELECT n.oid,
       n.nspname AS name,
       CASE WHEN n.nspname <> 'public' OR NOT (n.nspowner = 10 OR r.rolname = 'pg_database_owner')
            THEN r.rolname END AS owner,
       CASE WHEN n.nspname <> 'public' OR d.description <> 'standard public schema'
            THEN d.description END AS comment
FROM pg_namespace AS n
JOIN pg_roles AS r ON r.oid = n.nspowner
LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid AND d.objsubid = 0
WHERE n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend AS e
                  WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
ORDER BY n.nspname
