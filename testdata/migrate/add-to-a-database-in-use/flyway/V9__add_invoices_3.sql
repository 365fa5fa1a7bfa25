-- Run Flyway with flyway.postgresql.transactional.lock=false: this would wait for Flyway's own lock.
CREATE UNIQUE INDEX CONCURRENTLY accounts_name_key ON app.accounts (name);
