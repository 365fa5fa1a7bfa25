-- Labels of enumerations, in their order.
SELECT enumtypid AS type, array_agg(enumlabel::text ORDER BY enumsortorder) AS labels
FROM pg_enum
GROUP BY enumtypid
