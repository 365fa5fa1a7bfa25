SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

COMMENT ON INDEX app.accounts_parent IS 'Children of an account.';
