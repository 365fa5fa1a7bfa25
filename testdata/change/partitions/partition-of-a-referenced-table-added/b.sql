CREATE SCHEMA app;

CREATE TABLE app.measures (
    region integer NOT NULL,
    id integer NOT NULL,
    PRIMARY KEY (region, id)
) PARTITION BY LIST (region);
CREATE TABLE app.measures_1 PARTITION OF app.measures FOR VALUES IN (1);
CREATE TABLE app.measures_2 PARTITION OF app.measures FOR VALUES IN (2);
CREATE TABLE app.remarks (
    region integer NOT NULL,
    measure integer NOT NULL,
    body text NOT NULL,
    CONSTRAINT remarks_measure_fkey FOREIGN KEY (region, measure) REFERENCES app.measures (region, id)
);

