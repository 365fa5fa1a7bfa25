INSERT INTO account (email, country)
SELECT 'user' || n || '@example.com', CASE WHEN n % 3 = 0 THEN NULL ELSE 'FR' END
  FROM generate_series(1, 3000) n;
INSERT INTO payment (account_id, amount, status)
SELECT n, n, CASE WHEN n % 2 = 0 THEN NULL ELSE 'paid' END FROM generate_series(1, 3000) n;
