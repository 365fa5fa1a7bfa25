-- no-transaction
DROP INDEX CONCURRENTLY app.accounts_parent;
