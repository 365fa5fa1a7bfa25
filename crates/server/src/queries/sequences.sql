-- Sequences: those that stand alone, and those behind identity columns (is_identity). A sequence that
-- stands alone may be owned by a column as well.
SELECT c.oid,
       c.relnamespace AS schema,
       c.relname AS name,
       c.relowner AS owner,
       c.relpersistence AS persistence,
       s.seqtypid AS type,
       s.seqstart AS start,
       s.seqincrement AS increment,
       s.seqmin AS minimum,
       s.seqmax AS maximum,
       s.seqcache AS cache,
       s.seqcycle AS cycle,
       o.refobjid AS column_relation,
       o.refobjsubid AS column_number,
       coalesce(o.deptype = 'i', false) AS is_identity
FROM pg_class AS c
JOIN pg_sequence AS s ON s.seqrelid = c.oid
LEFT JOIN pg_depend AS o
    ON o.classid = 1259 AND o.objid = c.oid AND o.objsubid = 0
    AND o.refclassid = 1259 AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
WHERE c.relkind = 'S'
  AND c.oid >= 16384
  AND c.relpersistence <> 't'
