-- migrate:up transaction:false
CREATE UNIQUE INDEX CONCURRENTLY accounts_name_key ON app.accounts (name);

-- migrate:down
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

ALTER TABLE app.accounts DROP CONSTRAINT accounts_name_key;
