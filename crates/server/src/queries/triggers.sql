-- Triggers. Those that a partition has from its parent (tgparentid) tell only their enable state; those
-- that constraints bring are left out.
SELECT t.oid,
       t.tgrelid AS relation,
       t.tgname AS name,
       t.tgtype::int AS bits,
       t.tgenabled AS enabled,
       t.tgfoid AS function,
       t.tgattr::int2[] AS update_columns,
       t.tgargs AS arguments,
       t.tgconstraint <> 0 AS is_constraint,
       t.tgdeferrable AS is_deferrable,
       t.tginitdeferred AS is_deferred,
       t.tgconstrrelid AS from_relation,
       t.tgoldtable AS old_table,
       t.tgnewtable AS new_table,
       t.tgparentid <> 0 AS is_inherited,
       t.tgparentid <> 0 AND t.tgenabled <> p.tgenabled AS has_own_state,
       CASE WHEN t.tgqual IS NOT NULL AND t.tgparentid = 0 THEN pg_get_triggerdef(t.oid, false) END AS definition
FROM pg_trigger AS t
LEFT JOIN pg_trigger AS p ON p.oid = t.tgparentid
LEFT JOIN pg_constraint AS c ON c.oid = t.tgconstraint
-- Up to 14 the copies in partitions are marked as internal.
WHERE NOT t.tgisinternal OR (t.tgparentid <> 0 AND (t.tgconstraint = 0 OR c.contype = 't'))
