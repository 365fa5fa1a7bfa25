-- Row-level security policies. Role 0 is PUBLIC.
SELECT p.oid,
       p.polrelid AS relation,
       p.polname AS name,
       p.polcmd::text AS command,
       p.polpermissive AS permissive,
       ARRAY(SELECT r.rolname::text FROM pg_roles AS r
             WHERE r.oid = ANY (p.polroles) ORDER BY r.rolname) AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS using_expression,
       pg_get_expr(p.polwithcheck, p.polrelid) AS with_check,
       d.description AS comment
FROM pg_policy AS p
LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_policy'::regclass AND d.objoid = p.oid AND d.objsubid = 0
ORDER BY p.polrelid, p.polname
