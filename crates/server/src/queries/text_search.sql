-- Text search parsers, templates, dictionaries and configurations.
SELECT 3601::oid AS class, oid, prsname AS name, prsnamespace AS schema, NULL::oid AS owner,
       ARRAY[prsstart::oid, prstoken::oid, prsend::oid, prslextype::oid, prsheadline::oid] AS functions,
       NULL::oid AS of, NULL::text AS options
FROM pg_ts_parser WHERE oid >= 16384
UNION ALL
SELECT 3764, oid, tmplname, tmplnamespace, NULL, ARRAY[tmplinit::oid, tmpllexize::oid], NULL, NULL
FROM pg_ts_template WHERE oid >= 16384
UNION ALL
SELECT 3600, oid, dictname, dictnamespace, dictowner, NULL, dicttemplate, dictinitoption
FROM pg_ts_dict WHERE oid >= 16384
UNION ALL
SELECT 3602, oid, cfgname, cfgnamespace, cfgowner, NULL, cfgparser, NULL
FROM pg_ts_config WHERE oid >= 16384
