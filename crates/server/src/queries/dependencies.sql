-- What each object needs to exist first, as pg_depend knows it.
SELECT classid AS class, objid AS oid, refclassid AS needed_class, refobjid AS needed_oid
FROM pg_depend
WHERE deptype = 'n' AND objid >= 16384 AND refobjid >= 16384
