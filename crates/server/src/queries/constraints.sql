-- Constraints of tables: primary, unique, foreign keys, checks and exclusions, and since 18 NOT NULL.
-- Foreign keys that a partition has from its parent, or that stand for one of its partitions, are left
-- out; so are inherited checks.
SELECT c.oid,
       c.conrelid AS relation,
       c.conname AS name,
       c.contype AS kind,
       c.condeferrable AS is_deferrable,
       c.condeferred AS is_deferred,
       c.convalidated AS validated,
       c.connoinherit AS no_inherit,
       c.conislocal AS is_local,
       c.conparentid AS parent,
       c.conkey AS columns,
       CASE WHEN c.contype = 'c' THEN pg_get_expr(c.conbin, c.conrelid) END AS expression,
       c.conindid AS index,
       -- Foreign keys.
       c.confrelid AS references_table,
       c.confkey AS referenced_columns,
       c.confmatchtype AS match_type,
       c.confdeltype AS delete_action,
       c.confupdtype AS update_action,
       c.confdelsetcols AS delete_set_columns,  -- from 15
       NULL::int2[] AS delete_set_columns, -- before 15
       c.conenforced AS enforced, -- from 18
       true AS enforced,          -- before 18
       c.conperiod AS period, -- from 18
       false AS period,       -- before 18
       -- The operators of an exclusion constraint stand in no other place as they must be written.
       CASE WHEN c.contype = 'x' THEN pg_get_constraintdef(c.oid) END AS definition
FROM pg_constraint AS c
WHERE c.conrelid >= 16384
  AND CASE c.contype WHEN 'c' THEN c.conislocal
                     WHEN 'f' THEN c.conislocal AND c.conparentid = 0
                     ELSE c.contype IN ('p', 'u', 'x', 'n') END
