-- Procedural languages.
SELECT oid, lanname AS name, lanowner AS owner, lanpltrusted AS trusted, lanplcallfoid AS handler,
       laninline AS inline, lanvalidator AS validator
FROM pg_language
WHERE lanispl AND oid >= 16384
