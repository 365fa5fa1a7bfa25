-- Enumerations, domains, composite, range, base and shell types, without the row and array types that
-- come with other objects.
SELECT t.oid,
       t.typtype AS kind,
       t.typnamespace AS schema,
       t.typname AS name,
       t.typowner AS owner,
       t.typrelid AS relation,
       t.typisdefined AS is_defined,
       -- Domains.
       t.typbasetype AS base,
       format_type(t.typbasetype, t.typtypmod) AS base_spelled,
       t.typcollation AS collation,
       t.typnotnull AS not_null,
       CASE WHEN t.typtype = 'd' THEN pg_get_expr(t.typdefaultbin, 0) END AS default_value,
       -- Ranges.
       g.rngsubtype AS subtype,
       g.rngsubopc AS subtype_operator_class,
       g.rngcollation AS range_collation,
       g.rngcanonical::oid AS canonical,
       g.rngsubdiff::oid AS subtype_diff,
       (SELECT m.typname FROM pg_type AS m WHERE m.oid = g.rngmultitypid) AS multirange,
       -- Base types.
       t.typinput::oid AS input, t.typoutput::oid AS output,
       t.typreceive::oid AS receive, t.typsend::oid AS send,
       t.typmodin::oid AS typmod_in, t.typmodout::oid AS typmod_out,
       t.typanalyze::oid AS analyze, t.typsubscript::oid AS subscript,
       t.typlen AS length, t.typbyval AS by_value, t.typalign AS alignment, t.typstorage AS storage,
       t.typcategory AS category, t.typispreferred AS is_preferred, t.typdelim AS delimiter,
       t.typelem AS element, t.typdefault AS default_text,
       CASE WHEN t.typtype = 'b' THEN pg_get_expr(t.typdefaultbin, 0) END AS default_expression
FROM pg_type AS t
LEFT JOIN pg_class AS r ON r.oid = t.typrelid
LEFT JOIN pg_range AS g ON g.rngtypid = t.oid
WHERE t.oid >= 16384
  AND (t.typtype IN ('e', 'd', 'r')
       OR (t.typtype = 'c' AND r.relkind = 'c')
       OR (t.typtype = 'p' AND NOT t.typisdefined)
       OR (t.typtype = 'b'
           AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.oid = t.typelem AND e.typarray = t.oid)))
