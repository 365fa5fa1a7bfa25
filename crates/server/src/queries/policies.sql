-- Row-level security policies. Role 0 is PUBLIC.
SELECT p.oid,
       p.polrelid AS relation,
       p.polname AS name,
       p.polcmd AS command,
       p.polpermissive AS permissive,
       p.polroles AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS using_expression,
       pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
FROM pg_policy AS p
