-- Run Flyway with flyway.postgresql.transactional.lock=false: this would wait for Flyway's own lock.
DROP INDEX CONCURRENTLY app.accounts_parent;
