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
