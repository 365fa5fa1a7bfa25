-- Revert schema:add_invoices_6 from pg

DROP INDEX CONCURRENTLY app.accounts_parent;
