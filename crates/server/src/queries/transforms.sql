-- Transforms.
SELECT oid, trftype AS type, trflang AS language, trffromsql::oid AS from_sql, trftosql::oid AS to_sql
FROM pg_transform
