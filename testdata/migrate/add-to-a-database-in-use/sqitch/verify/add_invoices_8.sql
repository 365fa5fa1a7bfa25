-- Verify schema:add_invoices_8 on pg

BEGIN;

ROLLBACK;
