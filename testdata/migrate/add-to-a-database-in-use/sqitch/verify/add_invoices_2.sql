-- Verify schema:add_invoices_2 on pg

BEGIN;

ROLLBACK;
