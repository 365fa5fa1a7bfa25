CREATE TABLE branches (id integer PRIMARY KEY, name text);
CREATE TABLE accounts (id bigint PRIMARY KEY, branch integer, balance integer, note text)
    PARTITION BY RANGE (id);
CREATE TABLE accounts_1 PARTITION OF accounts FOR VALUES FROM (0) TO (1000000000000);
CREATE TABLE accounts_2 PARTITION OF accounts FOR VALUES FROM (1000000000000) TO (2000000000000);
