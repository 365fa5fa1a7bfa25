-- Operator classes, those of the system too: indexes use them.
SELECT oid, opcname AS name, opcnamespace AS schema, opcowner AS owner, opcmethod AS method, opcfamily AS family,
       opcdefault AS is_default, opcintype AS type, opckeytype AS storage
FROM pg_opclass
