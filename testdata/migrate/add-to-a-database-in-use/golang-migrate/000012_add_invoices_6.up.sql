BEGIN;

SET LOCAL lock_timeout = '5s';

ALTER TABLE app.accounts VALIDATE CONSTRAINT accounts_parent_fkey;

COMMIT;
