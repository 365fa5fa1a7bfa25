-- Functions of the session that fill pg_statistic as ANALYZE would: which operators a type's statistics are
-- made with.
CREATE OR REPLACE FUNCTION pg_temp.base_type(type oid) RETURNS oid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE domains AS (
        SELECT $1 AS type
        UNION ALL
        SELECT t.typbasetype FROM domains d JOIN pg_type t ON t.oid = d.type WHERE t.typtype = 'd'
    )
    SELECT d.type FROM domains d JOIN pg_type t ON t.oid = d.type WHERE t.typtype <> 'd'
$$;

-- The operator of a strategy in the type's default operator class: that of the type itself, else of a type
-- that its values may be taken for.
CREATE OR REPLACE FUNCTION pg_temp.operator_of(type oid, method oid, strategy int) RETURNS oid LANGUAGE sql STABLE AS $$
    SELECT o.amopopr
    FROM (SELECT c.opcfamily, c.opcintype
          FROM pg_opclass c
          JOIN pg_type t ON t.oid = $1
          JOIN pg_type i ON i.oid = c.opcintype
          WHERE c.opcmethod = $2 AND c.opcdefault
            AND (c.opcintype = $1
                 OR EXISTS (SELECT FROM pg_cast x
                            WHERE x.castsource = $1 AND x.casttarget = c.opcintype
                              AND x.castmethod = 'b' AND x.castcontext = 'i')
                 OR c.opcintype = CASE WHEN t.typtype = 'e' THEN 3500
                                       WHEN t.typtype = 'r' THEN 3831
                                       WHEN t.typtype = 'm' THEN 4537
                                       WHEN t.typtype = 'c' THEN 2249
                                       WHEN t.typelem <> 0 AND t.typlen = -1 THEN 2277 END)
          ORDER BY c.opcintype = $1 DESC, i.typispreferred DESC, c.oid
          LIMIT 1) f
    JOIN pg_amop o ON o.amopfamily = f.opcfamily
                  AND o.amoplefttype = f.opcintype AND o.amoprighttype = f.opcintype
                  AND o.amopstrategy = $3
$$;
