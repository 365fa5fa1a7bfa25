-- no-transaction
CREATE INDEX CONCURRENTLY accounts_parent ON app.accounts (parent_id);
