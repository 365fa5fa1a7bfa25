SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

ALTER TABLE app.accounts DROP CONSTRAINT accounts_name_key;
