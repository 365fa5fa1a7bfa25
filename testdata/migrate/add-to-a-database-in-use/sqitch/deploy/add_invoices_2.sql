-- Deploy schema:add_invoices_2 to pg

CREATE UNIQUE INDEX CONCURRENTLY accounts_name_key ON app.accounts (name);
