-- Revert schema:add_invoices_2 from pg

DROP INDEX CONCURRENTLY app.accounts_parent;
