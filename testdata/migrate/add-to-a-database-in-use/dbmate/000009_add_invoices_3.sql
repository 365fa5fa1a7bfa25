-- migrate:up transaction:false
CREATE UNIQUE INDEX CONCURRENTLY accounts_name_key ON app.accounts (name);

-- migrate:down
-- Nothing to be done here: a neighbouring part does it.
