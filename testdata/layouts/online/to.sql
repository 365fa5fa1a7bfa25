CREATE TABLE account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL,
    country text DEFAULT 'DE' NOT NULL,
    CONSTRAINT account_email_key UNIQUE (email)
);
CREATE TABLE payment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL,
    amount numeric(12, 2) NOT NULL,
    status text DEFAULT 'open' NOT NULL,
    CONSTRAINT payment_account_fk FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT payment_amount_positive CHECK (amount > 0)
);
CREATE INDEX payment_account ON payment (account_id);
CREATE UNIQUE INDEX payment_open ON payment (id, account_id) WHERE status = 'open';
