-- Rows of pg_statistic from the statistics of columns. Slots stand where the planner does not mind: it looks
-- for a slot's kind.
INSERT INTO pg_statistic
WITH input AS MATERIALIZED (
    SELECT v.*, a.attnum, a.attcollation AS collation,
           pg_temp.base_type(coalesce(v.type, a.atttypid)) AS base
    FROM jsonb_to_recordset($1::text::jsonb) AS v (
        relation oid, name text, number int2, key oid, type oid, inherited bool,
        nulls real, width int, "distinct" real,
        mcv text, mcf real[], histogram text, correlation real,
        mce text, mcef real[], counts real[], lengths text, empty real, bounds text)
    JOIN pg_attribute a ON a.attrelid = v.relation AND (a.attname = v.name OR a.attnum = v.number)
    WHERE NOT a.attisdropped
), types AS MATERIALIZED (
    SELECT t.base,
           coalesce(pg_temp.operator_of(t.base, 403, 3), pg_temp.operator_of(t.base, 405, 1), 0) AS equal,
           coalesce(pg_temp.operator_of(t.base, 403, 1), 0) AS less,
           e.element,
           CASE WHEN e.element <> 0 THEN coalesce(pg_temp.operator_of(pg_temp.base_type(e.element), 403, 3),
                                                  pg_temp.operator_of(pg_temp.base_type(e.element), 405, 1)) END AS element_equal,
           CASE y.typtype WHEN 'm' THEN (SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid = t.base)
                          ELSE t.base END AS range
    FROM (SELECT DISTINCT base FROM input) t
    JOIN pg_type y ON y.oid = t.base
    CROSS JOIN LATERAL (SELECT CASE WHEN t.base = 3614 THEN 25 WHEN y.typlen = -1 THEN y.typelem ELSE 0 END) AS e (element)
)
SELECT coalesce(i.key, i.relation), coalesce(CASE WHEN i.key IS NOT NULL THEN i.number END, i.attnum), i.inherited,
       i.nulls, i.width, i."distinct",
       CASE WHEN i.mcv IS NOT NULL AND t.equal <> 0 THEN 1 ELSE 0 END,
       CASE WHEN i.histogram IS NOT NULL AND t.less <> 0 THEN 2 ELSE 0 END,
       CASE WHEN i.correlation IS NOT NULL AND t.less <> 0 THEN 3 ELSE 0 END,
       CASE WHEN i.mce IS NOT NULL AND t.element_equal <> 0 THEN 4 WHEN i.lengths IS NOT NULL THEN 6 ELSE 0 END,
       CASE WHEN i.counts IS NOT NULL AND t.element_equal <> 0 THEN 5 WHEN i.bounds IS NOT NULL THEN 7 ELSE 0 END,
       CASE WHEN i.mcv IS NOT NULL THEN t.equal ELSE 0 END,
       CASE WHEN i.histogram IS NOT NULL THEN t.less ELSE 0 END,
       CASE WHEN i.correlation IS NOT NULL THEN t.less ELSE 0 END,
       CASE WHEN i.mce IS NOT NULL THEN coalesce(t.element_equal, 0) WHEN i.lengths IS NOT NULL THEN 672 ELSE 0 END,
       CASE WHEN i.counts IS NOT NULL THEN coalesce(t.element_equal, 0) ELSE 0 END,
       CASE WHEN i.mcv IS NOT NULL THEN i.collation ELSE 0 END,
       CASE WHEN i.histogram IS NOT NULL THEN i.collation ELSE 0 END,
       CASE WHEN i.correlation IS NOT NULL THEN i.collation ELSE 0 END,
       CASE WHEN i.mce IS NULL THEN 0 WHEN t.base = 3614 THEN 100 ELSE i.collation END,
       CASE WHEN i.counts IS NOT NULL THEN i.collation ELSE 0 END,
       CASE WHEN i.mcv IS NOT NULL THEN i.mcf END,
       NULL,
       CASE WHEN i.correlation IS NOT NULL THEN ARRAY[i.correlation] END,
       CASE WHEN i.mce IS NOT NULL THEN i.mcef WHEN i.lengths IS NOT NULL THEN ARRAY[i.empty] END,
       i.counts,
       array_in(textout(i.mcv), t.base, -1),
       array_in(textout(i.histogram), t.base, -1),
       NULL,
       array_in(textout(coalesce(i.mce, i.lengths)), CASE WHEN i.mce IS NOT NULL THEN t.element ELSE 701 END, -1),
       array_in(textout(i.bounds), t.range, -1)
FROM input i
JOIN types t USING (base)
