CREATE TABLE customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    born date
);
CREATE TABLE invoice (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customer,
    total numeric(12, 2) NOT NULL DEFAULT 0
);
COMMENT ON TABLE invoice IS 'Invoices; one for each order --all of them.';
CREATE VIEW open_invoice AS SELECT id, customer_id FROM invoice WHERE total > 0;
