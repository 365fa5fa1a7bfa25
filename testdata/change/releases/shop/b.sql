CREATE SCHEMA shop;
CREATE TYPE shop.state AS ENUM ('new', 'paid', 'packed', 'sent', 'cancelled');
CREATE TABLE shop.customers (id serial PRIMARY KEY, email text NOT NULL, name text NOT NULL, vip boolean NOT NULL DEFAULT false, CONSTRAINT customers_email_key UNIQUE (email));
CREATE TABLE shop.orders (id bigserial PRIMARY KEY, customer integer NOT NULL, state shop.state NOT NULL DEFAULT 'new', total numeric(12,2), placed timestamp NOT NULL DEFAULT now(), note text,
    CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES shop.customers (id), CONSTRAINT total_positive CHECK (total >= 0));
CREATE TABLE shop.lines (order_id bigint NOT NULL REFERENCES shop.orders (id) ON DELETE CASCADE, no integer NOT NULL, sku text, qty integer NOT NULL DEFAULT 1, price numeric(8,2), PRIMARY KEY (order_id, no));
CREATE TABLE shop.refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL REFERENCES shop.orders (id), amount numeric(12,2) NOT NULL CHECK (amount > 0));
CREATE INDEX orders_customer ON shop.orders (customer, placed DESC);
CREATE INDEX lines_sku ON shop.lines (sku) WHERE sku IS NOT NULL;
CREATE VIEW shop.open_orders AS SELECT o.id, c.name, o.total, c.vip FROM shop.orders o JOIN shop.customers c ON c.id = o.customer WHERE o.state IN ('new', 'packed');
CREATE FUNCTION shop.total(o bigint) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT sum(qty * price) FROM shop.lines WHERE order_id = o';
GRANT USAGE ON SCHEMA shop TO change_shop_app, change_shop_report;
GRANT SELECT ON shop.open_orders TO change_shop_report;
GRANT SELECT, INSERT, UPDATE ON shop.orders TO change_shop_app;
GRANT SELECT, INSERT ON shop.refunds TO change_shop_app;
COMMENT ON TABLE shop.refunds IS 'money given back';
