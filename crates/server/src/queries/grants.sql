-- Privileges on schemas, relations, columns, routines and types, the owner's own left out. What was
-- never granted or revoked has PostgreSQL's defaults, which acldefault spells out.
WITH object AS (
    SELECT 'schema' AS class, n.oid, NULL::name AS column_name, n.nspowner AS owner,
           coalesce(n.nspacl, acldefault('n', n.nspowner)) AS acl
    FROM pg_namespace AS n
    WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    UNION ALL
    SELECT 'relation', c.oid, NULL, c.relowner,
           coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
    FROM pg_class AS c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.oid >= 16384
    UNION ALL
    SELECT 'relation', a.attrelid, a.attname, c.relowner, a.attacl
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND c.oid >= 16384
    UNION ALL
    SELECT 'routine', p.oid, NULL, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc AS p
    WHERE p.oid >= 16384
    UNION ALL
    SELECT 'type', t.oid, NULL, t.typowner, coalesce(t.typacl, acldefault('T', t.typowner))
    FROM pg_type AS t
    WHERE t.oid >= 16384
)
SELECT DISTINCT o.class, o.oid, o.column_name, r.rolname AS grantee, a.grantee = 0 AS is_public,
       a.privilege_type AS privilege, a.is_grantable AS grantable
FROM object AS o
CROSS JOIN LATERAL aclexplode(o.acl) AS a
LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE a.grantee <> o.owner
ORDER BY o.class, o.oid, o.column_name, r.rolname, a.privilege_type, a.is_grantable
