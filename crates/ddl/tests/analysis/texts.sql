-- Every text that the server prints from an analysed tree: kind, relation, the object's own name, the
-- type it must have, and the text.
SELECT kind, schema, relation, name, wanted, text
FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END AS kind, n.nspname AS schema,
        c.relname AS relation, '' AS name, '' AS wanted, pg_get_viewdef(c.oid) AS text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm')
  UNION ALL
    SELECT 'check', n.nspname, c.relname, k.conname, 'boolean', pg_get_expr(k.conbin, k.conrelid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype = 'c' AND k.conislocal
  UNION ALL
    SELECT CASE WHEN a.attgenerated = '' THEN 'default' ELSE 'generated' END, n.nspname, c.relname, a.attname,
        format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION ALL
    SELECT 'index expression', n.nspname, c.relname, i.relname || '.' || k, '', pg_get_indexdef(x.indexrelid, k, false)
    FROM pg_index x CROSS JOIN LATERAL generate_series(1, x.indnatts::int) k
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE x.indkey[k - 1] = 0
  UNION ALL
    SELECT 'index predicate', n.nspname, c.relname, i.relname, 'boolean', pg_get_expr(x.indpred, x.indrelid)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE x.indpred IS NOT NULL
  UNION ALL
    SELECT 'policy using', n.nspname, c.relname, p.polname, 'boolean', pg_get_expr(p.polqual, p.polrelid)
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE p.polqual IS NOT NULL
  UNION ALL
    SELECT 'policy check', n.nspname, c.relname, p.polname, 'boolean', pg_get_expr(p.polwithcheck, p.polrelid)
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE p.polwithcheck IS NOT NULL
  UNION ALL
    SELECT 'trigger when', n.nspname, c.relname, t.tgname, 'boolean',
        substring(pg_get_triggerdef(t.oid) FROM ' WHEN \((.*)\) EXECUTE FUNCTION ')
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE t.tgqual IS NOT NULL AND t.tgparentid = 0
  UNION ALL
    SELECT 'domain check', n.nspname, t.typname, k.conname, format_type(t.typbasetype, t.typtypmod),
        pg_get_expr(k.conbin, 0)
    FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE k.contype = 'c'
  UNION ALL
    SELECT 'domain default', n.nspname, t.typname, '', format_type(t.typbasetype, t.typtypmod),
        pg_get_expr(t.typdefaultbin, 0)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'd' AND t.typdefaultbin IS NOT NULL
  UNION ALL
    SELECT 'argument default', n.nspname, p.proname, k::text,
        format_type(coalesce(p.proallargtypes[k], p.proargtypes[k - 1]), NULL),
        pg_get_function_arg_default(p.oid, k)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    CROSS JOIN LATERAL generate_series(1, coalesce(cardinality(p.proallargtypes), p.pronargs::int)) k
    WHERE p.pronargdefaults > 0 AND pg_get_function_arg_default(p.oid, k) IS NOT NULL
  UNION ALL
    -- The arguments of all modes, each as mode, name and type.
    SELECT 'body', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid),
        coalesce((SELECT string_agg(concat_ws(E'\x1f', coalesce(p.proargmodes[k], 'i'), coalesce(p.proargnames[k], ''),
            format_type(coalesce(p.proallargtypes[k], p.proargtypes[k - 1]), NULL)), E'\x1e' ORDER BY k)
            FROM generate_series(1, coalesce(cardinality(p.proallargtypes), p.pronargs::int)) k), ''),
        pg_get_function_sqlbody(p.oid)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prosqlbody IS NOT NULL
  UNION ALL
    SELECT 'rule', n.nspname, c.relname, r.rulename, '', pg_get_ruledef(r.oid)
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN'
  UNION ALL
    SELECT 'statistics expression', n.nspname, c.relname, s.stxname || '.' || e.k, '', e.text
    FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(pg_get_statisticsobjdef_expressions(s.oid)) WITH ORDINALITY e (text, k)
  UNION ALL
    SELECT 'partition key', n.nspname, c.relname, '', '', pg_get_partkeydef(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'p'
  UNION ALL
    SELECT 'partition bound', n.nspname, c.relname, parent.inhparent::regclass::text, '', pg_get_expr(c.relpartbound, c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_inherits parent ON parent.inhrelid = c.oid
    WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
  UNION ALL
    SELECT 'publication filter', n.nspname, c.relname, p.pubname, 'boolean', pg_get_expr(r.prqual, r.prrelid)
    FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
    JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.prqual IS NOT NULL
) texts
WHERE schema NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY 1, 2, 3, 4, 6
