-- Operators, those of the system too: classes and families name them.
SELECT oid, oprname AS name, oprnamespace AS schema, oprowner AS owner, oprleft AS left_type, oprright AS right_type,
       oprcode::oid AS function, oprcom AS commutator, oprnegate AS negator,
       oprrest::oid AS restriction, oprjoin::oid AS join_selectivity,
       oprcanhash AS hashes, oprcanmerge AS merges
FROM pg_operator
