-- Functions and procedures: defaults, outputs, settings, bodies, OR REPLACE and ALTER.
CREATE SCHEMA app;
CREATE FUNCTION app.plain(a int, b varchar(20) DEFAULT 'x', c numeric(10,2) = 1.5) RETURNS char(3)
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'SELECT ''abc''::char(3)';
CREATE FUNCTION app.outputs(a int, OUT b text, INOUT c bit) LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION app.many(VARIADIC parts text[]) RETURNS SETOF text LANGUAGE sql ROWS 7 AS 'SELECT unnest($1)';
CREATE FUNCTION app.listing(limit_to int DEFAULT 10) RETURNS TABLE (id int, "Name" text) LANGUAGE sql STABLE
    SET search_path FROM CURRENT SET timezone TO 'UTC' AS 'SELECT 1, ''a''';
CREATE FUNCTION app.standard(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql RETURN a + b;
CREATE FUNCTION app.atomic(a int) RETURNS int BEGIN ATOMIC SELECT a; SELECT a + 1; END;
CREATE OR REPLACE FUNCTION app.plain(a int, b varchar DEFAULT 'y', c numeric = 2) RETURNS character
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN RETURN 'a'; END $$;
CREATE FUNCTION app.plain(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE app.work(INOUT total numeric, OUT done boolean) LANGUAGE plpgsql AS $$ BEGIN done := true; END $$;
ALTER FUNCTION app.plain(int) STABLE COST 200 SET work_mem = '1MB';
ALTER FUNCTION app.many RESET ALL;
ALTER PROCEDURE app.work(numeric) SECURITY DEFINER;
ALTER FUNCTION app.listing RENAME TO listed;
COMMENT ON FUNCTION app.plain(int, varchar, numeric) IS 'plain';
COMMENT ON PROCEDURE app.work IS 'works';
CREATE FUNCTION app.gone() RETURNS void LANGUAGE sql AS '';
DROP FUNCTION app.gone();
CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', PARALLEL = SAFE);
COMMENT ON AGGREGATE app.total(integer) IS 'a sum';
-- known difference: Name: listed(integer); Type: FUNCTION
