-- Comments of the database's own objects, and those of what every database begins with.
SELECT classoid AS class, objoid AS oid, objsubid AS part, description AS text
FROM pg_description
WHERE objoid >= 16384 OR classoid IN (2615, 3079)
