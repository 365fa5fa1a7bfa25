-- Operator families.
SELECT oid, opfname AS name, opfnamespace AS schema, opfowner AS owner, opfmethod AS method
FROM pg_opfamily
WHERE oid >= 16384
