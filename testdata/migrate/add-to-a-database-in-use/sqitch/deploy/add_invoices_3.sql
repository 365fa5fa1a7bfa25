-- Deploy schema:add_invoices_3 to pg

CREATE UNIQUE INDEX CONCURRENTLY accounts_name_key ON app.accounts (name);
