-- Functions and procedures.
SELECT p.oid,
       n.nspname AS schema,
       p.proname AS name,
       p.prokind::text AS kind,
       l.lanname AS language,
       p.prosrc AS source,
       p.probin AS object_file,
       pg_get_function_sqlbody(p.oid) AS sql_body,
       pg_get_function_result(p.oid) AS result,
       ARRAY(SELECT format_type(a.type, NULL)
             FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
                  WITH ORDINALITY AS a(type, place) ORDER BY a.place) AS argument_types,
       p.proargmodes::text[] AS argument_modes,
       p.proargnames AS argument_names,
       ARRAY(SELECT pg_get_function_arg_default(p.oid, a.place::int)
             FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
                  WITH ORDINALITY AS a(type, place) ORDER BY a.place) AS argument_defaults,
       p.provolatile::text AS volatility,
       p.proparallel::text AS parallel,
       p.proisstrict AS strict,
       p.prosecdef AS security_definer,
       p.proleakproof AS leakproof,
       CASE WHEN p.procost <> CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END
            THEN p.procost::text END AS cost,
       CASE WHEN p.proretset AND p.prorows <> 1000 THEN p.prorows::text END AS rows,
       p.proconfig AS settings,
       r.rolname AS owner,
       d.description AS comment,
       p.prosupport <> 0 AS has_support,
       p.protrftypes IS NOT NULL AS has_transforms
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
JOIN pg_roles AS r ON r.oid = p.proowner
LEFT JOIN pg_description AS d
    ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
WHERE p.prokind IN ('f', 'p')
  AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_'
  -- The constructors of range types come with the type.
  AND NOT EXISTS (SELECT FROM pg_depend AS e
                  WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid
                    AND (e.deptype = 'e'
                         OR (e.deptype = 'i' AND e.refclassid = 'pg_type'::regclass)))
ORDER BY n.nspname, p.proname, p.oid
