-- Everything a database can hold and a catalog cannot: each becomes a warning.
WITH unheld AS (
    SELECT 'pg_class'::regclass AS class, oid, 'foreign table' AS kind FROM pg_class WHERE relkind = 'f'
    UNION ALL
    SELECT 'pg_proc'::regclass, oid, CASE prokind WHEN 'a' THEN 'aggregate' ELSE 'window function' END
    FROM pg_proc WHERE prokind IN ('a', 'w')
    UNION ALL
    SELECT 'pg_type'::regclass, oid, 'base type' FROM pg_type WHERE typtype = 'b' AND typcategory <> 'A'
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, oid, 'statistics object' FROM pg_statistic_ext
    UNION ALL
    SELECT 'pg_collation'::regclass, oid, 'collation' FROM pg_collation
    UNION ALL
    SELECT 'pg_conversion'::regclass, oid, 'conversion' FROM pg_conversion
    UNION ALL
    SELECT 'pg_operator'::regclass, oid, 'operator' FROM pg_operator
    UNION ALL
    SELECT 'pg_opclass'::regclass, oid, 'operator class' FROM pg_opclass
    UNION ALL
    -- Those between a range and its multirange come with the type.
    SELECT 'pg_cast'::regclass, oid, 'cast' FROM pg_cast AS c
    WHERE NOT EXISTS (SELECT FROM pg_depend AS d
                      WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')
    UNION ALL
    SELECT 'pg_ts_config'::regclass, oid, 'text search configuration' FROM pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, oid, 'text search dictionary' FROM pg_ts_dict
    UNION ALL
    SELECT 'pg_ts_parser'::regclass, oid, 'text search parser' FROM pg_ts_parser
    UNION ALL
    SELECT 'pg_ts_template'::regclass, oid, 'text search template' FROM pg_ts_template
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, oid, 'foreign-data wrapper' FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, oid, 'foreign server' FROM pg_foreign_server
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, oid, 'event trigger' FROM pg_event_trigger
    UNION ALL
    SELECT 'pg_publication'::regclass, oid, 'publication' FROM pg_publication
    UNION ALL
    SELECT 'pg_subscription'::regclass, oid, 'subscription' FROM pg_subscription
    WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL
    SELECT 'pg_language'::regclass, oid, 'language' FROM pg_language
    UNION ALL
    SELECT 'pg_transform'::regclass, oid, 'transform' FROM pg_transform
    UNION ALL
    SELECT 'pg_am'::regclass, oid, 'access method' FROM pg_am
    UNION ALL
    SELECT 'pg_rewrite'::regclass, oid, 'rule' FROM pg_rewrite WHERE rulename <> '_RETURN'
    UNION ALL
    SELECT 'pg_attrdef'::regclass, f.oid, 'default of a view''s column'
    FROM pg_attrdef AS f JOIN pg_class AS c ON c.oid = f.adrelid WHERE c.relkind = 'v'
    UNION ALL
    SELECT 'pg_constraint'::regclass, d.objoid, 'comment of a domain''s or not-null constraint'
    FROM pg_description AS d JOIN pg_constraint AS c ON c.oid = d.objoid
    WHERE d.classoid = 'pg_constraint'::regclass AND (c.contypid <> 0 OR c.contype = 'n')
    UNION ALL
    SELECT 'pg_class'::regclass, d.objoid, 'comment of a constraint''s index'
    FROM pg_description AS d JOIN pg_constraint AS c ON c.conindid = d.objoid
    WHERE d.classoid = 'pg_class'::regclass AND c.contype IN ('p', 'u', 'x')
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, 'missing privilege of the owner'
    FROM pg_class AS c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')
      AND EXISTS (
        SELECT FROM aclexplode(acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char",
                                          c.relowner)) AS usual
        WHERE c.relacl IS NOT NULL
          AND NOT EXISTS (SELECT FROM aclexplode(c.relacl) AS a
                          WHERE a.grantee = c.relowner AND a.privilege_type = usual.privilege_type))
)
SELECT DISTINCT u.kind, (pg_identify_object(u.class, u.oid, 0)).identity AS identity
FROM unheld AS u
WHERE u.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend AS e
                  WHERE e.classid = u.class AND e.objid = u.oid AND e.deptype = 'e')
ORDER BY 1, 2
