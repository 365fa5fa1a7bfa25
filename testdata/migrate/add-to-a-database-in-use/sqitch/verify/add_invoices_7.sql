-- Verify schema:add_invoices_7 on pg

BEGIN;

ROLLBACK;
