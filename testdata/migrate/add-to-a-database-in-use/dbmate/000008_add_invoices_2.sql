-- migrate:up transaction:false
DO $batches$
DECLARE
    -- Pages of a batch: some thousand rows.
    step CONSTANT bigint := 64;
    page bigint := 0;
    pages bigint;
    changed bigint;
    in_pass bigint := 0;
BEGIN
    LOOP
        pages := pg_relation_size('app.accounts') / current_setting('block_size')::bigint;
        -- A row that a policy hides must not be passed over.
        PERFORM set_config('row_security', 'off', true);
        IF page > pages THEN
            EXIT WHEN in_pass = 0
                OR NOT EXISTS (SELECT FROM ONLY app.accounts WHERE token IS NULL);
            page := 0;
            in_pass := 0;
        END IF;
        BEGIN
            PERFORM set_config('session_replication_role', 'replica', true);
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;
        END;
        BEGIN
            UPDATE ONLY app.accounts SET token = gen_random_uuid()
            WHERE ctid >= format('(%s,0)', page)::tid
              AND ctid < format('(%s,0)', page + step)::tid
              AND token IS NULL;
            GET DIAGNOSTICS changed = ROW_COUNT;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            -- Somebody holds a row of the batch: the same pages again.
            changed := NULL;
        END;
        PERFORM set_config('application_name',
            format('pgwright: %s of %s pages', page, pages), true);
        COMMIT;
        IF changed IS NULL THEN
            PERFORM pg_sleep(0.1);
            CONTINUE;
        END IF;
        in_pass := in_pass + changed;
        page := page + step;
        PERFORM pg_sleep(0.002);
    END LOOP;
END
$batches$;

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY app.accounts_parent;
