-- +goose NO TRANSACTION
-- +goose Up

CREATE UNIQUE INDEX CONCURRENTLY accounts_name_key ON app.accounts (name);

-- +goose Down
