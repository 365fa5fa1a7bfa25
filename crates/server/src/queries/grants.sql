-- Privileges of what has others than PostgreSQL's defaults. An object of which all were taken away has a
-- row without a privilege.
WITH object AS (
    SELECT 2615::oid AS class, oid, 0 AS part, 'n'::"char" AS kind, nspowner AS owner, nspacl AS acl
    FROM pg_namespace WHERE nspacl IS NOT NULL AND (oid >= 16384 OR nspname = 'public')
    UNION ALL
    SELECT 1259, oid, 0, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner, relacl
    FROM pg_class WHERE relacl IS NOT NULL AND oid >= 16384
    UNION ALL
    SELECT 1259, a.attrelid, a.attnum, NULL, c.relowner, a.attacl
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND a.attrelid >= 16384
    UNION ALL
    SELECT 1255, oid, 0, 'f', proowner, proacl FROM pg_proc WHERE proacl IS NOT NULL AND oid >= 16384
    UNION ALL
    SELECT 1247, oid, 0, 'T', typowner, typacl FROM pg_type WHERE typacl IS NOT NULL AND oid >= 16384
    UNION ALL
    SELECT 2612, oid, 0, 'l', lanowner, lanacl FROM pg_language WHERE lanacl IS NOT NULL AND oid >= 16384
    UNION ALL
    SELECT 2328, oid, 0, 'F', fdwowner, fdwacl FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
    UNION ALL
    SELECT 1417, oid, 0, 'S', srvowner, srvacl FROM pg_foreign_server WHERE srvacl IS NOT NULL
), usual AS MATERIALIZED (
    -- What an owner has by itself, of each kind of object.
    SELECT k.kind, ARRAY(SELECT a.privilege_type FROM aclexplode(acldefault(k.kind, 10)) AS a
                         WHERE a.grantee = 10) AS privileges
    FROM unnest(ARRAY['n', 's', 'r', 'f', 'T', 'l', 'F', 'S']::"char"[]) AS k(kind)
)
SELECT o.class, o.oid, o.part, o.owner, u.privileges AS usual,
       a.grantor, a.grantee, a.privilege_type AS privilege, a.is_grantable AS grantable
FROM object AS o
LEFT JOIN usual AS u ON u.kind = o.kind
LEFT JOIN LATERAL aclexplode(o.acl) AS a ON true
ORDER BY o.class, o.oid, o.part
