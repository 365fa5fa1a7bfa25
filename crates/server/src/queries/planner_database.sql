-- What texts of the database are compared by. The columns' names changed in 15 and 17.
SELECT pg_encoding_to_char(encoding)::text,
       to_jsonb(d) ->> 'datlocprovider',
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
       datcollate::text,
       datctype::text
FROM pg_database d
WHERE datname = current_database()
