-- CHECK constraints of domains, in the order of their names.
SELECT contypid AS type, conname AS name, pg_get_expr(conbin, 0) AS expression, convalidated AS validated
FROM pg_constraint
WHERE contypid <> 0 AND contype = 'c'
ORDER BY contypid, conname
