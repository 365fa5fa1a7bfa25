-- Functions, procedures and window functions.
SELECT p.oid,
       p.pronamespace AS schema,
       p.proname AS name,
       p.prokind AS kind,
       p.prolang AS language,
       p.proowner AS owner,
       p.prosrc AS source,
       p.probin AS object_file,
       CASE WHEN p.prosqlbody IS NOT NULL THEN pg_get_function_sqlbody(p.oid) END AS sql_body,
       p.prorettype AS result,
       p.proretset AS returns_set,
       coalesce(p.proallargtypes, p.proargtypes::oid[]) AS argument_types,
       p.proargmodes::text[] AS argument_modes,
       p.proargnames AS argument_names,
       CASE WHEN p.pronargdefaults > 0 THEN
           ARRAY(SELECT pg_get_function_arg_default(p.oid, a::int)
                 FROM generate_series(1, coalesce(array_length(p.proallargtypes, 1), p.pronargs)) AS a
                 ORDER BY a) END AS argument_defaults,
       p.provolatile AS volatility,
       p.proparallel AS parallel,
       p.proisstrict AS strict,
       p.prosecdef AS security_definer,
       p.proleakproof AS leakproof,
       p.procost AS cost,
       p.prorows AS rows,
       p.proconfig AS settings,
       p.prosupport::oid AS support,
       p.protrftypes AS transforms
FROM pg_proc AS p
WHERE p.oid >= 16384 AND p.prokind IN ('f', 'p', 'w')
