-- migrate:up
SET LOCAL lock_timeout = '5s';

ALTER TABLE app.accounts VALIDATE CONSTRAINT accounts_plan_check;

-- migrate:down
-- Nothing to be done here: a neighbouring part does it.
