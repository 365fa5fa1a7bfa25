CREATE SCHEMA app;
CREATE TABLE app.t (id integer CONSTRAINT t_key PRIMARY KEY, a text, b text, CONSTRAINT short CHECK (length(a) < 9));
CREATE INDEX t_a ON app.t (a);
CREATE VIEW app.v AS SELECT id, a FROM app.t;
CREATE MATERIALIZED VIEW app.m AS SELECT id FROM app.t;
CREATE SEQUENCE app.s;
COMMENT ON SCHEMA app IS 'it''s "new" \ here';
COMMENT ON TABLE app.t IS 'line one
line two';
COMMENT ON COLUMN app.t.a IS 'new — ünïcode';
COMMENT ON COLUMN app.t.id IS 'new';
COMMENT ON CONSTRAINT short ON app.t IS 'new';
COMMENT ON INDEX app.t_a IS 'new';
COMMENT ON COLUMN app.v.id IS 'new';
COMMENT ON MATERIALIZED VIEW app.m IS 'new';
