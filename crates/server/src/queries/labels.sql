-- Security labels.
SELECT classoid AS class, objoid AS oid, objsubid AS part, provider, label FROM pg_seclabel
