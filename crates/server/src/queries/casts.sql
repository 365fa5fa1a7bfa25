-- Casts, those of the system too: the operator class of a type may be that of another it is the same as.
SELECT oid, castsource AS source, casttarget AS target, castfunc AS function, castcontext AS context,
       castmethod AS method
FROM pg_cast
