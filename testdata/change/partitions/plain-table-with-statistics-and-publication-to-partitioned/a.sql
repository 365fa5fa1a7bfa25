CREATE TABLE accounts (id integer PRIMARY KEY, name text);
CREATE TABLE entries (
    id bigserial PRIMARY KEY,
    account integer NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    booked date NOT NULL,
    amount numeric(12,2) NOT NULL CHECK (amount <> 0),
    doubled numeric GENERATED ALWAYS AS (amount * 2) STORED,
    kind text DEFAULT 'plain' NOT NULL,
    note text
);
CREATE INDEX entries_account ON entries (account, booked DESC);
CREATE INDEX entries_note ON entries (lower(note)) WHERE note IS NOT NULL;
ALTER TABLE entries ALTER COLUMN kind SET STATISTICS 200;
COMMENT ON COLUMN entries.amount IS 'Never zero.';
COMMENT ON INDEX entries_account IS 'Statement of an account.';
GRANT SELECT (id, amount), UPDATE (note) ON entries TO change_part_reader;
ALTER TABLE entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON entries FOR SELECT TO change_part_reader USING (kind = 'plain');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := coalesce(NEW.note, 'none'); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW balances AS SELECT account, sum(amount) AS balance FROM entries GROUP BY account;
CREATE MATERIALIZED VIEW monthly AS SELECT date_trunc('month', booked) AS month, sum(doubled) AS doubled FROM entries GROUP BY 1;
CREATE PUBLICATION entries_out FOR TABLE entries WHERE (kind = 'plain') WITH (publish_via_partition_root);
CREATE STATISTICS entries_kinds (dependencies) ON kind, account FROM entries;
INSERT INTO accounts SELECT i, 'account ' || i FROM generate_series(1, 20) i;
INSERT INTO entries (account, booked, amount, kind) SELECT 1 + i % 20, '2023-06-01'::date + i % 700, 1 + i % 90, CASE i % 2 WHEN 0 THEN 'plain' ELSE 'odd' END FROM generate_series(1, 3000) i;
REFRESH MATERIALIZED VIEW monthly;
SELECT setval('entries_id_seq', 4000);
