INSERT INTO customer (name, fax) VALUES ('Ada', '+44 20 1234');
INSERT INTO fax_log (customer_id) VALUES (1);
