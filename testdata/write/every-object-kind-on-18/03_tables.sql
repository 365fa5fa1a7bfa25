-- Tables with their columns, keys, checks and exclusion constraints.
-- Run the files of this directory in the order of their names.

BEGIN;

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

CREATE UNLOGGED TABLE shop.bookings (
    room   integer   NOT NULL,
    during tstzrange NOT NULL,
    price  numeric(10,2),
    CONSTRAINT bookings_pkey PRIMARY KEY (room, during WITHOUT OVERLAPS),
    CONSTRAINT bookings_no_overlap EXCLUDE USING gist (room WITH =, during WITH &&)
        WHERE (price IS NOT NULL)
);

-- People who buy.
CREATE TABLE shop.customers (
    id         bigint         GENERATED ALWAYS AS IDENTITY (START WITH 100),
    email      shop.email,
    name       text STORAGE EXTERNAL COLLATE pg_catalog."C" NOT NULL,
    name_lower text           GENERATED ALWAYS AS (lower(name)) VIRTUAL,
    favourite  bigint,
    deleted_at timestamptz,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT customers_pkey PRIMARY KEY (id),
    CONSTRAINT customers_email_key UNIQUE NULLS NOT DISTINCT (email)
        INCLUDE (name)
        WITH (fillfactor = 90),
    CONSTRAINT customers_name_check CHECK (
        name <> ''
        AND char_length(name) BETWEEN 1 AND 200
        AND name = btrim(name)
        AND name !~ '[[:cntrl:]]'
    )
)
WITH (fillfactor = 80, toast.autovacuum_enabled = false);
ALTER TABLE shop.customers ALTER COLUMN name SET STATISTICS 500;
COMMENT ON TABLE shop.customers IS 'People who buy. They are never deleted,
only marked.';
COMMENT ON COLUMN shop.customers.email IS 'Where to write to; it''s unique.';
COMMENT ON CONSTRAINT customers_pkey ON shop.customers IS 'The key.';

CREATE TABLE shop.events (
    at          timestamptz NOT NULL,
    customer_id bigint      NOT NULL,
    body        jsonb       NOT NULL DEFAULT '{}'::jsonb,
    CONSTRAINT events_pkey PRIMARY KEY (customer_id, at)
) PARTITION BY RANGE (at);

CREATE TABLE shop.event_notes (
    customer_id bigint,
    at          timestamptz
);

-- An order.
CREATE TABLE shop."order" (
    id          bigint     NOT NULL,
    number      integer    NOT NULL DEFAULT nextval('shop.number'::regclass),
    customer_id bigint     NOT NULL,
    state       shop.state NOT NULL DEFAULT 'draft'::shop.state,
    total       shop.money_of,
    states      shop.state[],
    "user"      text                DEFAULT shop.default_user(),
    rank        bigint,
    CONSTRAINT order_pkey PRIMARY KEY (id),
    CONSTRAINT order_number_check CHECK (number > 0) NO INHERIT NOT ENFORCED
);
COMMENT ON TABLE shop."order" IS 'An order.';

CREATE FUNCTION shop.next_rank()
    RETURNS bigint
    LANGUAGE sql
    STABLE
    SET search_path TO ''
AS $$SELECT coalesce(max(rank), 0) + 1 FROM shop."order"$$;

CREATE FUNCTION shop.open_orders(customer bigint)
    RETURNS bigint
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path TO ''
AS $$
SELECT count(*)
FROM shop.customers AS c
JOIN shop."order" AS o ON o.customer_id = c.id
WHERE c.id = customer
$$;

CREATE TABLE shop.parent (
    x integer
);

CREATE TABLE "Odd Schema"."Order" (
    "a b"     integer,
    "primary" text
)
INHERITS (shop.parent);

ALTER TABLE shop."order" ALTER COLUMN rank SET DEFAULT shop.next_rank();

ALTER SEQUENCE shop.number OWNED BY shop."order".number;

ALTER TABLE shop.customers
    ADD CONSTRAINT customers_orders_check CHECK (shop.open_orders(id) < 1000);

-- Customers with their orders.
CREATE VIEW shop.customer_orders WITH (security_barrier = true, security_invoker = true) AS
SELECT c.id, c.name, o.id AS order_id
FROM shop.customers AS c
JOIN shop."order" AS o ON o.customer_id = c.id;
COMMENT ON VIEW shop.customer_orders IS 'Customers with their orders.';
COMMENT ON COLUMN shop.customer_orders.id IS 'The customer.';

CREATE VIEW shop.a_summary AS
SELECT v.id, count(*) AS orders FROM shop.customer_orders AS v GROUP BY v.id;

-- Refreshed every night.
CREATE MATERIALIZED VIEW shop.daily WITH (fillfactor = 100) AS
SELECT s.id, s.orders FROM shop.a_summary AS s;
COMMENT ON MATERIALIZED VIEW shop.daily IS 'Refreshed every night.';

COMMIT;
