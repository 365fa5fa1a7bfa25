-- Verify schema:add_invoices_3 on pg

BEGIN;

ROLLBACK;
