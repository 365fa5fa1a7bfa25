-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY accounts_parent ON app.accounts (parent_id);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY app.accounts_parent;
