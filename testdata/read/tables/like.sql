CREATE TABLE source (id serial PRIMARY KEY, code varchar(9) NOT NULL DEFAULT 'c' COLLATE "C", i integer GENERATED ALWAYS AS IDENTITY, g integer GENERATED ALWAYS AS (i * 2) STORED, t text STORAGE EXTERNAL COMPRESSION pglz, CONSTRAINT positive CHECK (i > 0), UNIQUE (code), CONSTRAINT nn NOT NULL t);
COMMENT ON COLUMN source.code IS 'the code';
COMMENT ON CONSTRAINT positive ON source IS 'above zero';
CREATE INDEX source_expr ON source (lower(code)) WHERE i > 3;
COMMENT ON INDEX source_expr IS 'lower';
CREATE STATISTICS source_stat ON code, i FROM source;
CREATE TABLE bare (LIKE source);
CREATE TABLE everything (LIKE source INCLUDING ALL);
CREATE TABLE "some" (before integer, LIKE source INCLUDING DEFAULTS INCLUDING CONSTRAINTS, after integer);
CREATE TABLE most (LIKE source INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY);
CREATE TABLE indexed (LIKE source INCLUDING INDEXES);
CREATE VIEW v AS SELECT id, code FROM source;
CREATE TABLE of_view (LIKE v);
-- known difference: everything / columns / i / identity / sequence / maximum
-- known difference: Name: everything_i_seq; Type: SEQUENCE
-- known difference: of_view.code: collation
-- known difference: of_view / columns / code / collation
-- known difference: Name: of_view; Type: TABLE
