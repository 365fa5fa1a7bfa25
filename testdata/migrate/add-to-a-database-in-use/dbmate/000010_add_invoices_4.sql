-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

ALTER TABLE app.accounts
    ADD CONSTRAINT accounts_name_key UNIQUE USING INDEX accounts_name_key;

-- migrate:down
-- Nothing to be done here: a neighbouring part does it.
