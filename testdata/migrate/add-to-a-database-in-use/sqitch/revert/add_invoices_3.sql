-- Revert schema:add_invoices_3 from pg

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';


COMMIT;
