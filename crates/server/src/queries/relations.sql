-- Tables, partitioned tables, views and materialized views.
SELECT c.oid,
       c.relkind::text AS kind,
       n.nspname AS schema,
       c.relname AS name,
       r.rolname AS owner,
       d.description AS comment,
       c.relpersistence::text AS persistence,
       c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS force_row_security,
       c.reloptions || ARRAY(SELECT 'toast.' || o.option FROM pg_class AS toast,
                             unnest(toast.reloptions) AS o(option)
                             WHERE toast.oid = c.reltoastrelid) AS options,
       s.spcname AS tablespace,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
       c.relispartition AS is_partition,
       pg_get_expr(c.relpartbound, c.oid) AS partition_bound,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS query,
       -- What a catalog cannot hold.
       a.amname AS access_method,
       c.reloftype <> 0 AS is_typed,
       c.relreplident::text AS replica_identity
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_roles AS r ON r.oid = c.relowner
LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
LEFT JOIN pg_tablespace AS s ON s.oid = c.reltablespace
LEFT JOIN pg_am AS a ON a.oid = c.relam
WHERE c.relkind IN ('r', 'p', 'v', 'm')
  AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend AS e
                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname
