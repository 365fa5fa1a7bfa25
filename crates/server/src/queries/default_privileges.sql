-- Default privileges. An entry for all schemas takes the place of PostgreSQL's own defaults, so it is
-- told as the difference from these; an entry for one schema only adds.
WITH entry AS (
    SELECT d.oid, d.defaclrole AS owner, d.defaclnamespace AS schema, d.defaclobjtype AS target,
           a.grantee, a.privilege_type, a.is_grantable
    FROM pg_default_acl AS d
    CROSS JOIN LATERAL aclexplode(d.defaclacl) AS a
), usual AS (
    SELECT d.oid, d.defaclrole AS owner, d.defaclnamespace AS schema, d.defaclobjtype AS target,
           a.grantee, a.privilege_type, a.is_grantable
    FROM pg_default_acl AS d
    CROSS JOIN LATERAL aclexplode(acldefault(
        CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END::"char", d.defaclrole)) AS a
    WHERE d.defaclnamespace = 0
), difference AS (
    SELECT false AS revoked, e.* FROM entry AS e
    WHERE NOT EXISTS (SELECT FROM usual AS u
                      WHERE u.oid = e.oid AND u.grantee = e.grantee
                        AND u.privilege_type = e.privilege_type
                        AND u.is_grantable = e.is_grantable)
    UNION ALL
    SELECT true, u.* FROM usual AS u
    WHERE NOT EXISTS (SELECT FROM entry AS e
                      WHERE e.oid = u.oid AND e.grantee = u.grantee
                        AND e.privilege_type = u.privilege_type)
)
SELECT o.rolname AS owner, n.nspname AS schema, d.target::text AS target, d.revoked,
       g.rolname AS grantee, d.grantee = 0 AS is_public, d.privilege_type AS privilege,
       d.is_grantable AS grantable
FROM difference AS d
JOIN pg_roles AS o ON o.oid = d.owner
LEFT JOIN pg_namespace AS n ON n.oid = d.schema
LEFT JOIN pg_roles AS g ON g.oid = d.grantee
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
