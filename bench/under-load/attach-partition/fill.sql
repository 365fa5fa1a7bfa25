INSERT INTO accounts_2 (id, branch, balance, note)
SELECT 1000000000000 + n, n % 1000, n % 5000, 'note ' || n FROM generate_series(1, :rows) AS n;
