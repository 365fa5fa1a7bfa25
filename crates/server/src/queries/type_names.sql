-- Types: how each is spelled without a modifier, and what else must be known of it.
SELECT t.oid, format_type(t.oid, NULL) AS spelled, t.typname AS name, t.typnamespace AS schema,
       t.typtype AS kind, t.typcategory AS category, t.typispreferred AS is_preferred,
       t.typbasetype AS base, t.typcollation AS collation, t.typstorage AS storage,
       t.typelem <> 0 AND t.typsubscript = 'pg_catalog.array_subscript_handler'::regproc AS is_array
FROM pg_type AS t
