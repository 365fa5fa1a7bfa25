-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY accounts_parent ON app.accounts (parent_id);

-- migrate:down
-- Nothing to be done here: a neighbouring part does it.
