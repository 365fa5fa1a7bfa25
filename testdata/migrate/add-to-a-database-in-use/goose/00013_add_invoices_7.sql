-- +goose NO TRANSACTION
-- +goose Up

CREATE INDEX CONCURRENTLY accounts_parent ON app.accounts (parent_id);

-- +goose Down
