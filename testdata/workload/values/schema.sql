CREATE TABLE customers (id bigint PRIMARY KEY, name text, email text, tags text[]);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id), status text, placed_at timestamptz, note text);
