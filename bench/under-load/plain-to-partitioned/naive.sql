BEGIN;
ALTER TABLE accounts RENAME TO accounts_old;
ALTER TABLE accounts_old RENAME CONSTRAINT accounts_pkey TO accounts_old_pkey;
CREATE TABLE accounts (id bigint PRIMARY KEY, branch integer, balance integer, note text)
    PARTITION BY HASH (id);
CREATE TABLE accounts_0 PARTITION OF accounts FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE accounts_1 PARTITION OF accounts FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE accounts_2 PARTITION OF accounts FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE accounts_3 PARTITION OF accounts FOR VALUES WITH (MODULUS 4, REMAINDER 3);
INSERT INTO accounts SELECT * FROM accounts_old;
DROP TABLE accounts_old;
COMMIT;
