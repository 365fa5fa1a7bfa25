-- Parents of tables, partitioned ones included, in their order.
SELECT i.inhrelid AS child, i.inhparent AS parent
FROM pg_inherits AS i
JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p')
ORDER BY i.inhrelid, i.inhseqno
