-- Types: how each is spelled, and what else must be known of it; then (schema is NULL) as columns are
-- spelled that have a modifier, and the few that are spelled in another way where they have none.
SELECT t.oid, -1 AS modifier, format_type(t.oid, NULL) AS spelled, t.typname AS name, t.typnamespace AS schema,
       t.typtype AS kind, t.typcategory AS category, t.typispreferred AS is_preferred,
       t.typbasetype AS base, t.typcollation AS collation, t.typstorage AS storage,
       t.typelem <> 0 AND t.typsubscript = 'pg_catalog.array_subscript_handler'::regproc AS is_array
FROM pg_type AS t
UNION ALL
SELECT u.oid, u.modifier, format_type(u.oid, u.modifier), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (SELECT atttypid AS oid, atttypmod AS modifier FROM pg_attribute
      WHERE attrelid >= 16384 AND attnum > 0 AND NOT attisdropped AND atttypmod >= 0
      UNION
      SELECT typbasetype, typtypmod FROM pg_type WHERE oid >= 16384 AND typbasetype <> 0 AND typtypmod >= 0
      UNION
      VALUES (1042, -1), (1014, -1), (1560, -1), (1561, -1)) AS u
