-- Constraints of domains: checks, and since 17 NOT NULL.
SELECT oid, contypid AS type, contype AS kind, conname AS name, pg_get_expr(conbin, 0) AS expression,
       convalidated AS validated
FROM pg_constraint
WHERE contypid >= 16384
