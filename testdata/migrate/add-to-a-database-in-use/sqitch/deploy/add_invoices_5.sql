-- Deploy schema:add_invoices_5 to pg

BEGIN;

SET LOCAL lock_timeout = '5s';

ALTER TABLE app.accounts VALIDATE CONSTRAINT accounts_plan_check;

COMMIT;
