-- What a database can have and a catalog has no place for.
SELECT 'large objects' AS object, 'are data, and not held' AS message
WHERE EXISTS (SELECT FROM pg_largeobject_metadata)
UNION ALL
SELECT 'privileges on ' || (pg_identify_object(o.class, o.oid, 0)).type || ' '
       || (pg_identify_object(o.class, o.oid, 0)).identity,
       'are not held: ' || CASE WHEN o.oid < 16384 THEN 'it is the system''s' ELSE 'it is an extension''s' END
FROM (SELECT 1259::oid AS class, oid, relnamespace AS schema, relacl AS acl FROM pg_class
      UNION ALL SELECT 1255, oid, pronamespace, proacl FROM pg_proc
      UNION ALL SELECT 1247, oid, typnamespace, typacl FROM pg_type
      UNION ALL SELECT 2612, oid, 11, lanacl FROM pg_language
      UNION ALL SELECT 2615, oid, oid, nspacl FROM pg_namespace WHERE nspname <> 'public') AS o
LEFT JOIN pg_init_privs AS i ON i.classoid = o.class AND i.objoid = o.oid AND i.objsubid = 0
WHERE (o.schema = 11 AND o.oid < 16384 -- pg_catalog
       OR EXISTS (SELECT FROM pg_depend AS e
                  WHERE e.classid = o.class AND e.objid = o.oid AND e.objsubid = 0 AND e.deptype = 'e'))
  AND o.acl IS NOT NULL
  AND o.acl IS DISTINCT FROM i.initprivs
