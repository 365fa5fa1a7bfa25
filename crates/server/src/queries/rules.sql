-- Rules, without those that make a view.
SELECT oid, ev_class AS relation, rulename AS name, ev_type AS event, ev_enabled AS enabled,
       is_instead AS instead, pg_get_ruledef(oid) AS definition
FROM pg_rewrite
WHERE oid >= 16384 AND rulename <> '_RETURN'
