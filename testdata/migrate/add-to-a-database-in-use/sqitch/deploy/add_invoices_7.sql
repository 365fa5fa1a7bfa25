-- Deploy schema:add_invoices_7 to pg

CREATE INDEX CONCURRENTLY accounts_parent ON app.accounts (parent_id);
