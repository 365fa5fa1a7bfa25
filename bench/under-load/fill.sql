INSERT INTO branches (id, name) SELECT n, 'branch ' || n FROM generate_series(0, 999) AS n;
INSERT INTO accounts (id, branch, balance, note)
SELECT n, n % 1000, n % 5000, 'note ' || n FROM generate_series(1, :rows) AS n;
