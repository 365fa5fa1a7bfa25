-- The tables of a plan by their names, as `schema.name` with or without quotes.
SELECT t.name AS name,
       c.oid AS oid,
       format('%I.%I', n.nspname, c.relname) AS quoted,
       c.relkind IN ('r', 'p') AS is_table,
       has_table_privilege(c.oid, 'UPDATE')
           OR has_table_privilege(c.oid, 'DELETE')
           OR has_table_privilege(c.oid, 'TRUNCATE') AS may_lock
FROM unnest($1::text[]) AS t (name)
JOIN pg_namespace AS n
    ON starts_with(t.name, n.nspname || '.') OR starts_with(t.name, quote_ident(n.nspname) || '.')
JOIN pg_class AS c
    ON c.relnamespace = n.oid
    AND t.name IN (n.nspname || '.' || c.relname, format('%I.%I', n.nspname, c.relname))
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
