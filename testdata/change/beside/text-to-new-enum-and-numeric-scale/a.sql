CREATE TABLE tasks (id integer PRIMARY KEY, state text DEFAULT 'open' NOT NULL, price numeric(8,1), "when" date, CONSTRAINT price_fits CHECK (price >= 0 AND price < 1000));
CREATE INDEX tasks_open ON tasks (id) WHERE state = 'open';
INSERT INTO tasks SELECT i, CASE WHEN i % 3 = 0 THEN 'done' ELSE 'open' END, i / 7, CASE WHEN i % 5 > 0 THEN '2026-01-01'::date + i END FROM generate_series(1, 200) i;
