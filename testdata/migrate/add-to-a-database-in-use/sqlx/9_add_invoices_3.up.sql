-- no-transaction
CREATE UNIQUE INDEX CONCURRENTLY accounts_name_key ON app.accounts (name);
