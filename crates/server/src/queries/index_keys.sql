-- Keys of indexes that have parameters of their operator class, or a statistics target.
SELECT a.attrelid AS index,
       a.attnum AS number,
       a.attoptions AS options,
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::int END AS statistics
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('i', 'I')
WHERE a.attrelid >= 16384
  AND (a.attoptions IS NOT NULL OR a.attstattarget >= 0)
