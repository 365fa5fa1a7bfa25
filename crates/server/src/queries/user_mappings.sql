-- User mappings. The view hides the options from those who may not see them.
SELECT m.umid AS oid, m.srvid AS server, m.umuser AS user, m.umoptions AS options,
       m.umoptions IS NOT NULL
       OR current_setting('is_superuser')::boolean
       OR (m.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))
       OR (m.umuser <> 0 AND m.usename = current_user
           AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE'))) AS is_readable
FROM pg_user_mappings AS m
JOIN pg_foreign_server AS s ON s.oid = m.srvid
