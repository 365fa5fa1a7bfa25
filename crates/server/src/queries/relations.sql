-- Tables, foreign tables, views, materialized views, and the relations of composite types. Those that are
-- not held are here too: others speak of them.
SELECT c.oid,
       c.relkind AS kind,
       c.relnamespace AS schema,
       c.relname AS name,
       c.relowner AS owner,
       c.relpersistence AS persistence,
       c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS force_row_security,
       c.reloptions AS options,
       toast.reloptions AS toast_options,
       c.reltablespace AS tablespace,
       c.relam AS method,
       c.reloftype AS of_type,
       c.relreplident AS replica_identity,
       c.relispopulated AS is_populated,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       -- A bound has no variables, so that the table need not be opened.
       pg_get_expr(c.relpartbound, 0) AS partition_bound,
       CASE WHEN c.relkind IN ('v', 'm') AND c.oid >= 16384 THEN pg_get_viewdef(c.oid) END AS query,
       f.ftserver AS foreign_server,
       f.ftoptions AS foreign_options
FROM pg_class AS c
LEFT JOIN pg_class AS toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_foreign_table AS f ON f.ftrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
  AND c.oid >= 16384
  AND c.relpersistence <> 't'
