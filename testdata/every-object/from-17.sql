-- What PostgreSQL 17 brought.

CREATE COLLATION every.builtin (provider = builtin, locale = 'C.UTF-8');
CREATE DOMAIN every.counted_number AS integer CONSTRAINT counted_required NOT NULL;
COMMENT ON CONSTRAINT counted_required ON DOMAIN every.counted_number IS 'always';
GRANT MAINTAIN ON every.accounts TO every_reader;
CREATE TABLE every.ranged (id integer GENERATED ALWAYS AS IDENTITY, at date) PARTITION BY RANGE (at);
CREATE TABLE every.ranged_1 PARTITION OF every.ranged FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE every.ranged_2 (at date, id integer NOT NULL);
ALTER TABLE every.ranged ATTACH PARTITION every.ranged_2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE every.placed (x integer, at date, EXCLUDE USING btree (x WITH =, at WITH =)) PARTITION BY RANGE (at);
CREATE TABLE every.placed_1 PARTITION OF every.placed FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE every.methods (id integer) PARTITION BY RANGE (id) USING heap_like;
CREATE EVENT TRIGGER every_login ON login EXECUTE FUNCTION every.watch();
ALTER EVENT TRIGGER every_login DISABLE;
