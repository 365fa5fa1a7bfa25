-- FOUND and SHOW … INTO decide what a block makes.
CREATE TABLE present (id integer);
DO $$
DECLARE
    version text;
    number text;
    r record;
BEGIN
    SHOW server_version_num INTO version;
    IF version::integer >= 90000 THEN
        CREATE TABLE of_version (id integer);
    END IF;
    PERFORM 1 FROM pg_class WHERE relname = 'present';
    IF FOUND THEN
        CREATE TABLE found_one (id integer);
    END IF;
    SELECT relname INTO number FROM pg_class WHERE relname = 'absent';
    IF NOT FOUND THEN
        CREATE TABLE found_none (id integer);
    END IF;
    FOR r IN SELECT relname FROM pg_class WHERE relname = 'absent' LOOP
        NULL;
    END LOOP;
    IF FOUND THEN
        CREATE TABLE never (id integer);
    END IF;
    EXECUTE 'SELECT 1';
    IF NOT FOUND THEN
        CREATE TABLE as_before (id integer);
    END IF;
END
$$;
