-- Forward.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

REVOKE INSERT ON TABLE app.accounts FROM app_read;

ALTER TABLE app.accounts ADD COLUMN plan text NOT NULL DEFAULT 'free';
ALTER TABLE app.accounts ADD COLUMN token uuid;
ALTER TABLE app.accounts ALTER COLUMN token SET DEFAULT gen_random_uuid();
ALTER TABLE app.accounts ADD COLUMN parent_id bigint;

CREATE TABLE app.invoices (
    id         bigint NOT NULL,
    account_id bigint NOT NULL,
    CONSTRAINT invoices_pkey PRIMARY KEY (id)
);

ALTER TABLE app.accounts
    ADD CONSTRAINT accounts_plan_check CHECK (plan <> '') NOT VALID;

COMMENT ON TABLE app.accounts IS 'Accounts, and the accounts under them.';

ALTER TABLE app.accounts
    ADD CONSTRAINT accounts_parent_fkey
        FOREIGN KEY (parent_id) REFERENCES app.accounts (id) NOT VALID;

ALTER TABLE app.invoices
    ADD CONSTRAINT invoices_account_fkey
        FOREIGN KEY (account_id) REFERENCES app.accounts (id);

CREATE INDEX invoices_account ON app.invoices (account_id);

CREATE FUNCTION app.touch()
    RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
AS $$
BEGIN
    RETURN NEW;
END
$$;

CREATE TRIGGER touch
    BEFORE UPDATE ON app.accounts
    FOR EACH ROW
    EXECUTE FUNCTION app.touch();

ALTER TABLE app.accounts ENABLE ROW LEVEL SECURITY;

CREATE POLICY accounts_all ON app.accounts
    FOR SELECT
    USING (true);

GRANT SELECT ON TABLE app.invoices TO app_read;

COMMIT;

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

CREATE UNIQUE INDEX CONCURRENTLY accounts_name_key ON app.accounts (name);

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

ALTER TABLE app.accounts
    ADD CONSTRAINT accounts_name_key UNIQUE USING INDEX accounts_name_key;

COMMIT;

BEGIN;

SET LOCAL lock_timeout = '5s';

ALTER TABLE app.accounts VALIDATE CONSTRAINT accounts_plan_check;

COMMIT;

BEGIN;

SET LOCAL lock_timeout = '5s';

ALTER TABLE app.accounts VALIDATE CONSTRAINT accounts_parent_fkey;

COMMIT;

CREATE INDEX CONCURRENTLY accounts_parent ON app.accounts (parent_id);

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

COMMENT ON INDEX app.accounts_parent IS 'Children of an account.';

COMMIT;
