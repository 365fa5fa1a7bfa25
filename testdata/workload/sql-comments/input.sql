-- What the shop sends.
-- calls: 900000 per day
SELECT id, status FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20;

SELECT * FROM orders WHERE status = 'open' LIMIT 100; -- calls: 5/s
/* name: add_event :exec
   calls: 2k an hour */
INSERT INTO order_events (order_id, event) VALUES ($1, $2);
-- calls: often
DELETE FROM carts WHERE id = $1;
-- calls: 10
SELECT id, status FROM orders
 WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20;
SELEC nothing;
BEGIN;
SET work_mem = '64MB';
COPY orders FROM stdin;
1	it's no statement;
\.
SELECT 1;
SELECT relname FROM pg_catalog.pg_class;
-- name: last
MERGE INTO stock s USING moves m ON s.sku = m.sku WHEN MATCHED THEN UPDATE SET n = m.n -- calls: 3
