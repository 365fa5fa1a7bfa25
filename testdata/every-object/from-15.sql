-- What PostgreSQL 15 brought.

CREATE TABLE every.newer_target (x integer, y integer, PRIMARY KEY (x, y));
CREATE TABLE every.newer (a integer, b integer, c integer,
    CONSTRAINT newer_key UNIQUE NULLS NOT DISTINCT (a),
    FOREIGN KEY (b, c) REFERENCES every.newer_target (x, y) ON DELETE SET NULL (c));
CREATE UNIQUE INDEX newer_b ON every.newer (b) NULLS NOT DISTINCT;
CREATE VIEW every.invoker WITH (security_invoker) AS SELECT a FROM every.newer;
CREATE PUBLICATION every_schema FOR TABLES IN SCHEMA every, "Odd ""Schema";
CREATE PUBLICATION every_part FOR TABLE every.prices (tenant, code) WHERE (tenant > 3), every.newer (a);
ALTER SUBSCRIPTION every_subscription SET (disable_on_error = true);
