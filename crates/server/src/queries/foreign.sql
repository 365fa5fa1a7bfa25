-- Foreign-data wrappers and foreign servers.
SELECT 2328::oid AS class, oid, fdwname AS name, fdwowner AS owner, fdwhandler AS handler, fdwvalidator AS validator,
       NULL::oid AS wrapper, NULL AS type, NULL AS version, fdwoptions AS options
FROM pg_foreign_data_wrapper WHERE oid >= 16384
UNION ALL
SELECT 1417, oid, srvname, srvowner, 0, 0, srvfdw, srvtype, srvversion, srvoptions
FROM pg_foreign_server WHERE oid >= 16384
