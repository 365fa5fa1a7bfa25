-- What PostgreSQL 16 brought.

CREATE TABLE every.stored (a text STORAGE EXTERNAL COMPRESSION pglz);
ALTER SUBSCRIPTION every_subscription SET (origin = none, run_as_owner = true, password_required = false);
