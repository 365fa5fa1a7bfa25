-- Views and materialized views: columns, options, OR REPLACE, and names that change.
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, born date, boss int REFERENCES people);
CREATE VIEW names AS SELECT id, name FROM people;
CREATE OR REPLACE VIEW names AS SELECT id, name, born FROM people WHERE name <> '';
CREATE VIEW aliased (number, label) AS SELECT id, name FROM people ORDER BY name;
CREATE VIEW checked WITH (security_barrier) AS SELECT * FROM people WHERE id > 0 WITH LOCAL CHECK OPTION;
CREATE VIEW cascaded AS SELECT * FROM checked WITH CHECK OPTION;
CREATE RECURSIVE VIEW chain (id, boss) AS
    SELECT id, boss FROM people WHERE boss IS NULL
    UNION ALL SELECT p.id, p.boss FROM people p JOIN chain c ON p.boss = c.id;
ALTER VIEW names ALTER COLUMN name SET DEFAULT 'nobody';
ALTER VIEW names SET (security_invoker = true);
ALTER VIEW aliased RENAME COLUMN label TO title;
ALTER VIEW aliased RENAME TO labelled;
COMMENT ON VIEW names IS 'who';
COMMENT ON COLUMN names.born IS 'when';
CREATE MATERIALIZED VIEW counted AS SELECT boss, count(*) AS reports FROM people GROUP BY boss WITH NO DATA;
CREATE UNIQUE INDEX ON counted (boss);
CREATE MATERIALIZED VIEW filled AS SELECT 1 AS one;
COMMENT ON MATERIALIZED VIEW filled IS 'one';
CREATE SCHEMA other;
ALTER VIEW labelled SET SCHEMA other;
CREATE VIEW gone AS SELECT 1 AS x;
CREATE VIEW upon AS SELECT x FROM gone;
DROP VIEW gone CASCADE;
