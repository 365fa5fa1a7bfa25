CREATE TABLE customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    fax text
);
CREATE TABLE fax_log (
    customer_id bigint NOT NULL REFERENCES customer,
    sent_at timestamptz NOT NULL DEFAULT now()
);
