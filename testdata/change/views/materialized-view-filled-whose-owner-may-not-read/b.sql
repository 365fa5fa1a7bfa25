CREATE SCHEMA app;

CREATE TABLE app.sales (day date NOT NULL, amount numeric NOT NULL);
CREATE MATERIALIZED VIEW app.totals AS SELECT day, sum(amount) AS amount FROM app.sales GROUP BY day;
ALTER MATERIALIZED VIEW app.totals OWNER TO change_reader;

