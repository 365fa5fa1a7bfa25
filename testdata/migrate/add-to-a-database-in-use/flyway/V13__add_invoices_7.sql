-- Run Flyway with flyway.postgresql.transactional.lock=false: this would wait for Flyway's own lock.
CREATE INDEX CONCURRENTLY accounts_parent ON app.accounts (parent_id);
