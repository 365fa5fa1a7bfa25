-- Something of everything a catalog holds. A line "-- from 15" begins what only newer servers know.
CREATE ROLE rich_owner;
CREATE ROLE rich_reader;
CREATE ROLE rich_group;
GRANT rich_group TO rich_reader;
COMMENT ON ROLE rich_reader IS 'reads';

CREATE EXTENSION btree_gist;
CREATE SCHEMA app AUTHORIZATION rich_owner;
COMMENT ON SCHEMA app IS 'the application';
GRANT USAGE ON SCHEMA app TO rich_reader;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE TYPE app.stage AS ENUM ('new', 'open', 'won', 'lost');
ALTER TYPE app.stage ADD VALUE 'paused' AFTER 'open';
COMMENT ON TYPE app.stage IS 'where it stands';
CREATE DOMAIN app.email AS text COLLATE "C" DEFAULT 'a@b' NOT NULL
    CONSTRAINT email_form CHECK (VALUE ~ '@') CONSTRAINT email_long CHECK (length(VALUE) < 100);
REVOKE USAGE ON DOMAIN app.email FROM PUBLIC;
CREATE TYPE app.address AS (street text, town varchar(40) COLLATE "C");
COMMENT ON COLUMN app.address.street IS 'with number';
CREATE TYPE app.float_range AS RANGE (subtype = float8, subtype_diff = float8mi);

CREATE SEQUENCE app.numbers AS integer INCREMENT -2 MAXVALUE 100 CACHE 5 CYCLE;
COMMENT ON SEQUENCE app.numbers IS 'downwards';
GRANT USAGE ON SEQUENCE app.numbers TO rich_reader;

CREATE FUNCTION app.is_good(app.email) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT $1 <> '' $$;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, "My Schema" SET work_mem = '2MB' COST 7
    AS $$ BEGIN RETURN new; END $$;
COMMENT ON FUNCTION app.touch() IS 'touches';
REVOKE EXECUTE ON FUNCTION app.touch() FROM PUBLIC;
CREATE FUNCTION app.many(a integer, VARIADIC b text[] DEFAULT '{x,y}') RETURNS TABLE (n integer, "T" text)
    LANGUAGE sql ROWS 5 BEGIN ATOMIC SELECT 1, 'x'::text; END;
CREATE PROCEDURE app.work(INOUT total numeric, OUT done boolean) LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION app.empty_path() RETURNS void LANGUAGE sql SET search_path = '' AS '';

CREATE TABLE app.accounts (
    id bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 10) PRIMARY KEY,
    tenant integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    email app.email,
    stage app.stage NOT NULL DEFAULT 'new',
    price numeric(12, 2) DEFAULT 1 + 2,
    doubled numeric(13, 2) GENERATED ALWAYS AS (price * 2) STORED,
    notes text,
    home app.address,
    "Odd ""Name" app.stage[],
    CONSTRAINT accounts_code UNIQUE (tenant, code) INCLUDE (email) WITH (fillfactor = 70),
    CONSTRAINT price_positive CHECK (price > 0 AND price < 1000) NO INHERIT,
    CONSTRAINT good CHECK (app.is_good(email))
) WITH (fillfactor = 80, toast.autovacuum_enabled = off);
ALTER TABLE app.accounts OWNER TO rich_owner;
ALTER TABLE app.accounts ALTER COLUMN notes SET STORAGE EXTERNAL, ALTER COLUMN notes SET STATISTICS 500,
    ALTER COLUMN notes SET COMPRESSION pglz, ALTER COLUMN tenant SET (n_distinct = 5);
COMMENT ON TABLE app.accounts IS 'who pays';
COMMENT ON COLUMN app.accounts.code IS 'short';
COMMENT ON CONSTRAINT good ON app.accounts IS 'is good';
GRANT SELECT ON app.accounts TO rich_reader, PUBLIC;
GRANT INSERT ON app.accounts TO rich_reader WITH GRANT OPTION;
GRANT UPDATE (code, notes) ON app.accounts TO rich_reader;

CREATE TABLE app.bookings (
    id serial PRIMARY KEY,
    account_id bigint REFERENCES app.accounts ON DELETE CASCADE ON UPDATE RESTRICT
        DEFERRABLE INITIALLY DEFERRED,
    tenant integer,
    code text,
    room integer NOT NULL,
    during tstzrange NOT NULL,
    cancelled boolean NOT NULL DEFAULT false,
    CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (NOT cancelled)
);
ALTER TABLE app.bookings ADD CONSTRAINT bookings_account FOREIGN KEY (tenant, code)
    REFERENCES app.accounts (tenant, code) MATCH FULL ON DELETE SET NULL DEFERRABLE NOT VALID;
CREATE UNLOGGED TABLE app.events (id integer, at timestamptz NOT NULL, kind text);

CREATE INDEX accounts_stage ON app.accounts (stage DESC NULLS LAST, code COLLATE "POSIX", lower(notes) text_pattern_ops)
    INCLUDE (price) WITH (fillfactor = 90) WHERE notes IS NOT NULL AND price > 3;
COMMENT ON INDEX app.accounts_stage IS 'for the board';
CREATE UNIQUE INDEX accounts_lower ON app.accounts ((lower(code) || ', '));
CREATE INDEX bookings_during ON app.bookings USING gist (during);
ALTER TABLE app.bookings CLUSTER ON bookings_during;

CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF code, notes ON app.accounts
    FOR EACH ROW WHEN (new.code IS NOT NULL) EXECUTE FUNCTION app.touch('a', '', 'it''s');
COMMENT ON TRIGGER touch ON app.accounts IS 'keeps it fresh';
CREATE TRIGGER changed AFTER UPDATE ON app.accounts REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION app.touch();
ALTER TABLE app.accounts ENABLE ALWAYS TRIGGER changed;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON app.bookings DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.bookings DISABLE TRIGGER late;

ALTER TABLE app.accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.accounts AS RESTRICTIVE FOR UPDATE TO rich_reader
    USING (tenant = current_setting('app.tenant')::integer) WITH CHECK (tenant > 0);
CREATE POLICY everyone ON app.accounts USING (true);
COMMENT ON POLICY own ON app.accounts IS 'their own';

CREATE TABLE app.measures (
    id integer NOT NULL, at date NOT NULL, kind text, value numeric CHECK (value >= 0)
) PARTITION BY RANGE (at, lower(kind));
CREATE INDEX measures_kind ON app.measures (kind);
CREATE TABLE app.measures_2024 PARTITION OF app.measures (value DEFAULT 7)
    FOR VALUES FROM ('2024-01-01', MINVALUE) TO ('2025-01-01', MINVALUE);
CREATE INDEX measures_2024_value ON app.measures_2024 (value);
CREATE TABLE app.measures_rest PARTITION OF app.measures DEFAULT PARTITION BY HASH (id);
CREATE TABLE app.measures_rest_0 PARTITION OF app.measures_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE app.kinds (kind text) PARTITION BY LIST (kind);
CREATE TABLE app.kinds_some PARTITION OF app.kinds FOR VALUES IN ('a', 'b, c', NULL);
CREATE TABLE app.special (extra text) INHERITS (app.events);

CREATE VIEW app.open_accounts (account, "Code") WITH (security_barrier) AS
    SELECT id, code FROM app.accounts WHERE stage = 'open' WITH CASCADED CHECK OPTION;
COMMENT ON VIEW app.open_accounts IS 'still open';
COMMENT ON COLUMN app.open_accounts.account IS 'which';
CREATE TRIGGER instead INSTEAD OF DELETE ON app.open_accounts FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE VIEW app.above AS SELECT account FROM app.open_accounts;
CREATE MATERIALIZED VIEW app.totals WITH (fillfactor = 75) AS
    SELECT tenant, sum(price) AS total FROM app.accounts GROUP BY tenant;
CREATE UNIQUE INDEX totals_tenant ON app.totals (tenant);
COMMENT ON MATERIALIZED VIEW app.totals IS 'by night';

ALTER DEFAULT PRIVILEGES FOR ROLE rich_owner IN SCHEMA app GRANT SELECT ON TABLES TO rich_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE rich_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Not held: each must be a warning.
CREATE STATISTICS app.correlated ON tenant, code FROM app.accounts;
CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer);
CREATE RULE nothing AS ON DELETE TO app.events DO INSTEAD NOTHING;
CREATE COLLATION app.german (provider = libc, locale = 'C');
ALTER TABLE app.events REPLICA IDENTITY FULL;
-- from 15
CREATE TABLE app.newer_target (x integer, y integer, PRIMARY KEY (x, y));
CREATE TABLE app.newer (a integer, b integer, c integer,
    CONSTRAINT newer_key UNIQUE NULLS NOT DISTINCT (a),
    FOREIGN KEY (b, c) REFERENCES app.newer_target (x, y) ON DELETE SET NULL (c));
CREATE UNIQUE INDEX newer_b ON app.newer (b) NULLS NOT DISTINCT;
CREATE VIEW app.invoker WITH (security_invoker) AS SELECT a FROM app.newer;
-- from 18
CREATE TABLE app.rates (
    room integer, during tstzrange, price integer, twice integer GENERATED ALWAYS AS (price * 2) VIRTUAL,
    later integer,
    CONSTRAINT rates_key PRIMARY KEY (room, during WITHOUT OVERLAPS),
    CONSTRAINT lax CHECK (price > 0) NOT ENFORCED,
    CONSTRAINT named NOT NULL price);
ALTER TABLE app.rates ADD NOT NULL later NOT VALID;
CREATE TABLE app.stays (room integer, during tstzrange,
    FOREIGN KEY (room, PERIOD during) REFERENCES app.rates (room, PERIOD during));
