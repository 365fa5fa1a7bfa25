-- Which view each rule that makes one belongs to: what the rule needs, the view needs.
SELECT oid, ev_class AS relation FROM pg_rewrite WHERE oid >= 16384 AND rulename = '_RETURN'
