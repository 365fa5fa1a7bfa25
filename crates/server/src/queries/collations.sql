-- Collations. Where the locale of another provider than libc stands has changed twice.
SELECT oid, collname AS name, collnamespace AS schema, collowner AS owner, collprovider AS provider,
       collisdeterministic AS deterministic,
       coalesce(colllocale, collcollate) AS locale,  -- from 17
       coalesce(colliculocale, collcollate) AS locale,  -- from 15 before 17
       collcollate::text AS locale,                     -- before 15
       collctype::text AS ctype,
       collicurules AS rules -- from 16
       NULL AS rules         -- before 16
FROM pg_collation
WHERE oid >= 16384
