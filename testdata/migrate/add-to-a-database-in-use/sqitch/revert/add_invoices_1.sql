-- Revert schema:add_invoices_1 from pg

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

ALTER TABLE app.accounts DROP CONSTRAINT accounts_name_key;

DROP POLICY accounts_all ON app.accounts;

DROP TRIGGER touch ON app.accounts;

DROP FUNCTION app.touch();

ALTER TABLE app.accounts DROP CONSTRAINT accounts_parent_fkey;
ALTER TABLE app.accounts DROP CONSTRAINT accounts_plan_check;

DROP TABLE app.invoices;

ALTER TABLE app.accounts DROP COLUMN parent_id;
ALTER TABLE app.accounts DROP COLUMN token;
ALTER TABLE app.accounts DROP COLUMN plan;

COMMENT ON TABLE app.accounts IS 'Accounts.';

ALTER TABLE app.accounts DISABLE ROW LEVEL SECURITY;

GRANT INSERT ON TABLE app.accounts TO app_read;

COMMIT;
