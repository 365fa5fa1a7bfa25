-- What a database can have and a catalog has no place for.
WITH object AS (
    SELECT 1259::oid AS class, oid, relnamespace AS schema, relacl AS acl FROM pg_class WHERE relacl IS NOT NULL
    UNION ALL SELECT 1255, oid, pronamespace, proacl FROM pg_proc WHERE proacl IS NOT NULL
    UNION ALL SELECT 1247, oid, typnamespace, typacl FROM pg_type WHERE typacl IS NOT NULL
    UNION ALL SELECT 2612, oid, 11, lanacl FROM pg_language WHERE lanacl IS NOT NULL
    UNION ALL SELECT 2615, oid, oid, nspacl FROM pg_namespace WHERE nspacl IS NOT NULL AND nspname <> 'public'
), changed AS (
    SELECT o.class, o.oid, o.schema, e.refobjid AS extension
    FROM object AS o
    LEFT JOIN pg_init_privs AS i ON i.classoid = o.class AND i.objoid = o.oid AND i.objsubid = 0
    LEFT JOIN pg_depend AS e
        ON e.classid = o.class AND e.objid = o.oid AND e.objsubid = 0 AND e.deptype = 'e'
    WHERE o.acl IS DISTINCT FROM i.initprivs
)
SELECT 'large objects' AS object, 'are data, and not held' AS message
WHERE EXISTS (SELECT FROM pg_largeobject_metadata)
UNION ALL
SELECT 'extension ' || e.extname, 'the privileges on ' || count(*) || ' of its objects are not held'
FROM changed AS c
JOIN pg_extension AS e ON e.oid = c.extension
GROUP BY e.extname
UNION ALL
-- Of the system's objects, those of pg_catalog (11).
SELECT i.type || ' ' || i.identity, 'the privileges on what is the system''s are not held'
FROM changed AS c
CROSS JOIN LATERAL pg_identify_object(c.class, c.oid, 0) AS i
WHERE c.extension IS NULL AND c.oid < 16384 AND c.schema = 11
