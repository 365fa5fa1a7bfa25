CREATE TYPE task_state AS ENUM ('open', 'done');
CREATE TABLE tasks (id integer PRIMARY KEY, state task_state DEFAULT 'open' NOT NULL, price numeric(10,3), "when" timestamp, CONSTRAINT price_fits CHECK (price >= 0 AND price < 1000));
CREATE INDEX tasks_open ON tasks (id) WHERE state = 'open';
