CREATE SCHEMA app;

CREATE FUNCTION app.other_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE TRUSTED LANGUAGE plother HANDLER app.other_handler;
CREATE FUNCTION app.compare_from_the_end(a integer, b integer) RETURNS integer
    LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp(b, a)';
CREATE OPERATOR CLASS app.backwards FOR TYPE integer USING btree AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <,
    FUNCTION 1 app.compare_from_the_end(integer, integer);
CREATE TABLE app.numbers (n integer);
CREATE INDEX numbers_backwards_idx ON app.numbers (n app.backwards);

