-- What oids stand for: schemas, roles, tablespaces, access methods, languages, collations, extensions,
-- foreign-data wrappers, servers, operator families, text search objects. Numbers as in Class.
SELECT 2615::oid AS class, oid, nspname AS name, NULL::oid AS schema FROM pg_namespace
UNION ALL SELECT 1260, oid, rolname, NULL FROM pg_roles
UNION ALL SELECT 1213, oid, spcname, NULL FROM pg_tablespace
UNION ALL SELECT 2601, oid, amname, NULL FROM pg_am
UNION ALL SELECT 2612, oid, lanname, NULL FROM pg_language
UNION ALL SELECT 3456, oid, collname, collnamespace FROM pg_collation
UNION ALL SELECT 3079, oid, extname, NULL FROM pg_extension
UNION ALL SELECT 2328, oid, fdwname, NULL FROM pg_foreign_data_wrapper
UNION ALL SELECT 1417, oid, srvname, NULL FROM pg_foreign_server
UNION ALL SELECT 2753, oid, opfname, opfnamespace FROM pg_opfamily
UNION ALL SELECT 3601, oid, prsname, prsnamespace FROM pg_ts_parser
UNION ALL SELECT 3764, oid, tmplname, tmplnamespace FROM pg_ts_template
UNION ALL SELECT 3600, oid, dictname, dictnamespace FROM pg_ts_dict
