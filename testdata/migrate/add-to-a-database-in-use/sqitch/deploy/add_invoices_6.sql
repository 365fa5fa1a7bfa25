-- Deploy schema:add_invoices_6 to pg

CREATE INDEX CONCURRENTLY accounts_parent ON app.accounts (parent_id);
