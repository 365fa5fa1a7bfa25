-- +goose Up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

ALTER TABLE app.accounts
    ADD CONSTRAINT accounts_name_key UNIQUE USING INDEX accounts_name_key;

-- +goose Down
