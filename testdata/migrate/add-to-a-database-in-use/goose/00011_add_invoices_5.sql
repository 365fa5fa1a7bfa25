-- +goose Up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

ALTER TABLE app.accounts VALIDATE CONSTRAINT accounts_parent_fkey;

-- +goose Down
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';
