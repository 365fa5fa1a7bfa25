-- Verify schema:add_invoices_1 on pg

BEGIN;

SELECT 'app.invoices'::regclass;
SELECT 'app.touch()'::regprocedure;

ROLLBACK;
