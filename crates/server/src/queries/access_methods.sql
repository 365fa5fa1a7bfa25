-- Access methods.
SELECT oid, amname AS name, amtype = 't' AS for_tables, amhandler::oid AS handler FROM pg_am WHERE oid >= 16384
