CREATE SCHEMA app;

CREATE TABLE app.readings (
    year integer NOT NULL,
    sensor integer NOT NULL,
    celsius numeric NOT NULL,
    fahrenheit numeric
) PARTITION BY RANGE (year);
CREATE TABLE app.readings_2024 PARTITION OF app.readings FOR VALUES FROM (2024) TO (2025)
    PARTITION BY LIST (sensor);
CREATE TABLE app.readings_2024_1 PARTITION OF app.readings_2024 FOR VALUES IN (1);
CREATE TABLE app.readings_2024_2 PARTITION OF app.readings_2024 FOR VALUES IN (2);

