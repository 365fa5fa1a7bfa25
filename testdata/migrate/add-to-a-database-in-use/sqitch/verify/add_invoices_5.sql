-- Verify schema:add_invoices_5 on pg

BEGIN;

ROLLBACK;
