-- Verify schema:add_invoices_6 on pg

BEGIN;

ROLLBACK;
