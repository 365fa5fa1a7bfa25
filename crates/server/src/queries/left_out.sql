-- What comes with something else: members of extensions, and functions and casts of range types.
SELECT classid AS class, objid AS oid, deptype = 'e' AS of_extension
FROM pg_depend
WHERE deptype = 'e' OR (deptype = 'i' AND classid IN (1255, 2605) AND refclassid = 1247)
