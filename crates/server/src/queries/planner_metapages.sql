-- The first bytes of B-trees and GIN indexes: a B-tree's height and a GIN index's counts stand nowhere else.
-- For those who may read the server's files.
SELECT c.oid, a.amname::text, pg_read_binary_file(pg_relation_filepath(c.oid), 0, 128, true)
FROM pg_class c
JOIN pg_am a ON a.oid = c.relam
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'i'
  AND c.relpersistence <> 't'
  AND a.amname IN ('btree', 'gin')
  AND n.nspname NOT LIKE 'pg\_%'
  AND n.nspname <> 'information_schema'
ORDER BY c.oid
