-- Tables of publications.
SELECT prpubid AS publication, prrelid AS relation,
       prattrs::int2[] AS columns, -- from 15
       NULL::int2[] AS columns,    -- before 15
       pg_get_expr(prqual, prrelid) AS predicate -- from 15
       NULL AS predicate                         -- before 15
FROM pg_publication_rel
