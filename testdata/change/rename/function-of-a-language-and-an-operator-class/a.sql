CREATE SCHEMA app;

CREATE FUNCTION app.call_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE TRUSTED LANGUAGE plother HANDLER app.call_handler;
CREATE FUNCTION app.compare_backwards(a integer, b integer) RETURNS integer
    LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp(b, a)';
CREATE OPERATOR CLASS app.backwards FOR TYPE integer USING btree AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <,
    FUNCTION 1 app.compare_backwards(integer, integer);
CREATE TABLE app.numbers (n integer);
CREATE INDEX numbers_backwards_idx ON app.numbers (n app.backwards);

INSERT INTO app.numbers VALUES (1), (2);
