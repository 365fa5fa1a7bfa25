-- Verify schema:add_invoices_4 on pg

BEGIN;

ROLLBACK;
