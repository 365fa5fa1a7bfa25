-- Rows: skewed, correlated and not, with nulls.
SELECT setseed(0.5);
INSERT INTO shop.customers (email, country, city, code, score, joined)
SELECT 'User' || i || '@example.org', (ARRAY['DE', 'FR', 'US', 'NL'])[1 + (i % 7) % 4], 'city' || (i % 7) % 4 || '-' || i % 50,
       CASE WHEN i % 3 = 0 THEN 'c' || i % 1000 END, CASE WHEN i % 11 > 0 THEN (random() * 5000)::numeric(8,2) END, DATE '2015-01-01' + i / 10
FROM generate_series(1, 20000) i;
INSERT INTO shop.orders
SELECT i, 1 + (random() ^ 2 * 19999)::int, (CASE WHEN i % 50 = 0 THEN 'open' WHEN i % 9 = 0 THEN 'paid' WHEN i % 31 = 0 THEN 'cancelled' ELSE 'shipped' END)::shop.status,
       TIMESTAMPTZ '2024-01-01' + i * interval '1 minute', ARRAY['t' || i % 17, 'u' || (random() * 300)::int],
       jsonb_build_object('kind', 'k' || i % 5, 'ref', i, 'size', i % 100), CASE WHEN i % 4 > 0 THEN 'note ' || md5((i % 5000)::text) || ' for a customer number ' || i % 997 END,
       CASE WHEN i % 5 > 0 THEN tsrange(timestamp '2024-01-01' + i * interval '1 minute', timestamp '2024-01-01' + i * interval '1 minute' + (i % 90) * interval '1 hour') END,
       md5(i::text)::uuid, point(random() * 1000, random() * 1000)
FROM generate_series(1, 100000) i;
INSERT INTO shop.events SELECT 1 + (random() * 99999)::int, TIMESTAMPTZ '2024-01-01' + random() * interval '90 days', 'kind' || (random() * 6)::int FROM generate_series(1, 150000);
INSERT INTO shop.things SELECT i, 'thing ' || i FROM generate_series(1, 3000) i;
INSERT INTO shop.big_things SELECT i, 'big ' || i % 700, i * 1.5 FROM generate_series(3001, 30000) i;
REFRESH MATERIALIZED VIEW shop.per_customer;
VACUUM ANALYZE;
INSERT INTO shop.orders SELECT 100000 + i, 1, 'open', TIMESTAMPTZ '2024-06-01' + i * interval '1 minute', '{late}', '{}', 'late', NULL, md5(i::text)::uuid, NULL FROM generate_series(1, 2000) i;
CHECKPOINT;
