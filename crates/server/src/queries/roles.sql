-- Roles by name ($1), with the roles each is a member of.
SELECT r.rolname AS name,
       r.rolcanlogin AS login,
       shobj_description(r.oid, 'pg_authid') AS comment,
       ARRAY(SELECT g.rolname::text FROM pg_auth_members AS m
             JOIN pg_roles AS g ON g.oid = m.roleid
             WHERE m.member = r.oid ORDER BY g.rolname) AS member_of,
       array_remove(ARRAY[
           CASE WHEN r.rolsuper THEN 'SUPERUSER' END,
           CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
           CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
           CASE WHEN r.rolreplication THEN 'REPLICATION' END,
           CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END,
           CASE WHEN NOT r.rolinherit THEN 'NOINHERIT' END,
           CASE WHEN r.rolconnlimit >= 0 THEN 'CONNECTION LIMIT' END,
           CASE WHEN r.rolvaliduntil IS NOT NULL THEN 'VALID UNTIL' END,
           CASE WHEN r.rolconfig IS NOT NULL THEN 'SET' END
       ], NULL) AS attributes
FROM pg_roles AS r
WHERE r.rolname = ANY ($1::text[])
ORDER BY r.rolname
