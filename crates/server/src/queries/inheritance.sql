-- Parents of tables and of indexes, in their order.
SELECT inhrelid AS child, inhparent AS parent
FROM pg_inherits
ORDER BY inhrelid, inhseqno
