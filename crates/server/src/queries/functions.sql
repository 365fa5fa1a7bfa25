-- The names of all functions, and the types of their input arguments.
SELECT oid, pronamespace AS schema, proname AS name, proargtypes::oid[] AS arguments FROM pg_proc
