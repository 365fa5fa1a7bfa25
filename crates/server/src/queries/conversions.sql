-- Conversions between encodings.
SELECT oid, conname AS name, connamespace AS schema, conowner AS owner, condefault AS is_default,
       pg_encoding_to_char(conforencoding) AS source, pg_encoding_to_char(contoencoding) AS target,
       conproc::oid AS function
FROM pg_conversion
WHERE oid >= 16384
