-- Something of every kind of object and property that a dump writes, as PostgreSQL 14 knows them.

CREATE SCHEMA every AUTHORIZATION every_owner;
COMMENT ON SCHEMA every IS 'everything';
GRANT USAGE ON SCHEMA every TO every_reader, every_writer;
GRANT CREATE ON SCHEMA every TO every_writer WITH GRANT OPTION;
CREATE SCHEMA "Odd ""Schema";

-- Languages and access methods, with C code that every server has.

CREATE FUNCTION every.handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION every.inline_handler(internal) RETURNS void STRICT LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION every.validator(oid) RETURNS void STRICT LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE plevery HANDLER every.handler INLINE every.inline_handler VALIDATOR every.validator;
COMMENT ON LANGUAGE plevery IS 'another PL/pgSQL';
ALTER LANGUAGE plevery OWNER TO every_owner;
REVOKE USAGE ON LANGUAGE plevery FROM PUBLIC;
GRANT USAGE ON LANGUAGE plevery TO every_writer;
CREATE LANGUAGE plbare HANDLER every.handler;
CREATE ACCESS METHOD heap_like TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD heap_like IS 'like heap';
CREATE ACCESS METHOD btree_like TYPE INDEX HANDLER bthandler;

-- Collations and conversions.

CREATE COLLATION every.plain (provider = libc, locale = 'C');
COMMENT ON COLLATION every.plain IS 'by bytes';
ALTER COLLATION every.plain OWNER TO every_owner;
CREATE COLLATION every.mixed (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
CREATE DEFAULT CONVERSION every.from_latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
COMMENT ON CONVERSION every.from_latin IS 'westwards';
CREATE CONVERSION every.to_latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
ALTER CONVERSION every.to_latin OWNER TO every_owner;

-- Types.

CREATE TYPE every.stage AS ENUM ('new', 'open', 'it''s won', 'lost');
ALTER TYPE every.stage ADD VALUE 'paused' AFTER 'open';
COMMENT ON TYPE every.stage IS 'where it stands';
CREATE DOMAIN every.email AS text COLLATE "C" DEFAULT 'a@b' NOT NULL
    CONSTRAINT email_form CHECK (VALUE ~ '@') CONSTRAINT email_long CHECK (length(VALUE) < 100);
ALTER DOMAIN every.email ADD CONSTRAINT email_later CHECK (VALUE <> 'x@y') NOT VALID;
COMMENT ON DOMAIN every.email IS 'an address';
COMMENT ON CONSTRAINT email_form ON DOMAIN every.email IS 'has an at sign';
REVOKE USAGE ON DOMAIN every.email FROM PUBLIC;
GRANT USAGE ON DOMAIN every.email TO every_writer;
CREATE DOMAIN every.short AS varchar(12);
CREATE TYPE every.address AS (street text, town varchar(40) COLLATE "C", stages every.stage[]);
COMMENT ON TYPE every.address IS 'where to write';
COMMENT ON COLUMN every.address.street IS 'with number';
CREATE TYPE every.nothing AS ();
CREATE TYPE every.float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE every.name_range AS RANGE (subtype = text, collation = "C", subtype_opclass = text_pattern_ops,
    multirange_type_name = every.names);
CREATE TYPE every.declared;
COMMENT ON TYPE every.declared IS 'to be defined';
CREATE TYPE every.whole;
CREATE FUNCTION every.whole_in(cstring) RETURNS every.whole LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION every.whole_out(every.whole) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE FUNCTION every.whole_recv(internal) RETURNS every.whole LANGUAGE internal IMMUTABLE STRICT AS 'int4recv';
CREATE FUNCTION every.whole_send(every.whole) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'int4send';
CREATE TYPE every.whole (INPUT = every.whole_in, OUTPUT = every.whole_out, RECEIVE = every.whole_recv,
    SEND = every.whole_send, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4, STORAGE = plain,
    CATEGORY = 'N', DELIMITER = ';', DEFAULT = '7');
COMMENT ON TYPE every.whole IS 'an integer of our own';
CREATE TYPE every.loose;
CREATE FUNCTION every.loose_in(cstring) RETURNS every.loose LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION every.loose_out(every.loose) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE every.loose (INPUT = every.loose_in, OUTPUT = every.loose_out, STORAGE = extended, COLLATABLE = true,
    PREFERRED = false);

-- Functions, procedures, aggregates.

CREATE FUNCTION every.is_good(every.email) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT $1 <> '' $$;
CREATE FUNCTION every.touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, "My Schema" SET work_mem = '2MB' COST 7
    AS $$ BEGIN RETURN new; END $$;
COMMENT ON FUNCTION every.touch() IS 'touches';
REVOKE EXECUTE ON FUNCTION every.touch() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION every.touch() TO every_writer WITH GRANT OPTION;
ALTER FUNCTION every.touch() OWNER TO every_owner;
CREATE FUNCTION every.many(a integer, VARIADIC b text[] DEFAULT '{x,y}') RETURNS TABLE (n integer, "T" text)
    LANGUAGE sql ROWS 5 BEGIN ATOMIC SELECT 1, 'x'::text; END;
CREATE FUNCTION every.one(a integer, b integer DEFAULT 1 + 2) RETURNS integer LANGUAGE sql RETURN a + b;
CREATE FUNCTION every.overloaded(a numeric) RETURNS numeric LANGUAGE sql LEAKPROOF PARALLEL RESTRICTED AS 'SELECT $1';
CREATE FUNCTION every.overloaded(a text, OUT x integer, INOUT y every.stage) LANGUAGE sql STABLE AS 'SELECT 1, $2';
CREATE FUNCTION every.supported(text, text) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT
    SUPPORT textlike_support AS 'textlike';
CREATE FUNCTION every.numbering() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
CREATE FUNCTION every.empty_path() RETURNS void LANGUAGE sql SET search_path = '' AS '';
CREATE PROCEDURE every.work(INOUT total numeric, OUT done boolean) LANGUAGE plpgsql AS $$ BEGIN done := true; END $$;
COMMENT ON PROCEDURE every.work(numeric) IS 'works';

CREATE AGGREGATE every.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE);
COMMENT ON AGGREGATE every.total(integer) IS 'a sum';
REVOKE EXECUTE ON FUNCTION every.total(integer) FROM PUBLIC;
ALTER AGGREGATE every.total(integer) OWNER TO every_owner;
CREATE AGGREGATE every.count_all(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE every.moving(value float8) (SFUNC = float8pl, STYPE = float8, SSPACE = 16,
    MSFUNC = float8pl, MINVFUNC = float8mi, MSTYPE = float8, MSSPACE = 24, MINITCOND = '0', MFINALFUNC_MODIFY = READ_ONLY);
CREATE AGGREGATE every.least_text(text) (SFUNC = text_smaller, STYPE = text, SORTOP = OPERATOR(pg_catalog.<));
CREATE AGGREGATE every.half(fraction float8 ORDER BY value float8) (SFUNC = ordered_set_transition,
    STYPE = internal, FINALFUNC = percentile_cont_float8_final, FINALFUNC_EXTRA = false, FINALFUNC_MODIFY = SHAREABLE);
CREATE AGGREGATE every.place(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi,
    STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);

-- Operators, operator classes and families, casts and transforms.

CREATE FUNCTION every.whole_eq(every.whole, every.whole) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
CREATE FUNCTION every.whole_ne(every.whole, every.whole) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4ne';
CREATE FUNCTION every.whole_lt(every.whole, every.whole) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4lt';
CREATE FUNCTION every.whole_gt(every.whole, every.whole) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4gt';
CREATE FUNCTION every.whole_cmp(every.whole, every.whole) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
CREATE FUNCTION every.whole_minus(every.whole) RETURNS every.whole LANGUAGE internal IMMUTABLE STRICT AS 'int4um';
CREATE FUNCTION every.whole_int(every.whole, integer) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
CREATE OPERATOR every.= (FUNCTION = every.whole_eq, LEFTARG = every.whole, RIGHTARG = every.whole,
    COMMUTATOR = OPERATOR(every.=), NEGATOR = OPERATOR(every.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
COMMENT ON OPERATOR every.= (every.whole, every.whole) IS 'equal';
ALTER OPERATOR every.= (every.whole, every.whole) OWNER TO every_owner;
CREATE OPERATOR every.<> (FUNCTION = every.whole_ne, LEFTARG = every.whole, RIGHTARG = every.whole,
    COMMUTATOR = OPERATOR(every.<>), NEGATOR = OPERATOR(every.=), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR every.< (FUNCTION = every.whole_lt, LEFTARG = every.whole, RIGHTARG = every.whole, COMMUTATOR = OPERATOR(every.>));
CREATE OPERATOR every.> (FUNCTION = every.whole_gt, LEFTARG = every.whole, RIGHTARG = every.whole, COMMUTATOR = OPERATOR(every.<));
CREATE OPERATOR every.- (FUNCTION = every.whole_minus, RIGHTARG = every.whole);
CREATE OPERATOR every.== (FUNCTION = every.whole_int, LEFTARG = every.whole, RIGHTARG = integer);

CREATE OPERATOR FAMILY every.wholes USING btree;
COMMENT ON OPERATOR FAMILY every.wholes USING btree IS 'whole numbers';
ALTER OPERATOR FAMILY every.wholes USING btree OWNER TO every_owner;
CREATE OPERATOR CLASS every.whole_ops DEFAULT FOR TYPE every.whole USING btree FAMILY every.wholes AS
    OPERATOR 1 every.<, OPERATOR 3 every.=, OPERATOR 5 every.>, FUNCTION 1 every.whole_cmp(every.whole, every.whole);
COMMENT ON OPERATOR CLASS every.whole_ops USING btree IS 'in their order';
ALTER OPERATOR CLASS every.whole_ops USING btree OWNER TO every_owner;
ALTER OPERATOR FAMILY every.wholes USING btree ADD OPERATOR 3 every.== (every.whole, integer);
CREATE FUNCTION every.whole_hash(every.whole) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'hashint4';
CREATE OPERATOR CLASS every.whole_hash_ops FOR TYPE every.whole USING hash AS
    OPERATOR 1 every.=, FUNCTION 1 every.whole_hash(every.whole);
CREATE OPERATOR CLASS every.points FOR TYPE point USING gist AS
    OPERATOR 1 <<, OPERATOR 15 <-> (point, point) FOR ORDER BY float_ops,
    FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal),
    FUNCTION 2 gist_box_union(internal, internal), FUNCTION 3 gist_point_compress(internal),
    FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal),
    FUNCTION 7 gist_box_same(box, box, internal), FUNCTION 8 gist_point_distance(internal, point, smallint, oid, internal),
    STORAGE box;
CREATE OPERATOR CLASS every.int_like DEFAULT FOR TYPE integer USING btree_like AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE OPERATOR FAMILY every.empty USING hash;

CREATE FUNCTION every.whole_text(every.whole) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT 'whole'::text $$;
CREATE CAST (every.whole AS text) WITH FUNCTION every.whole_text(every.whole) AS ASSIGNMENT;
COMMENT ON CAST (every.whole AS text) IS 'by word';
CREATE CAST (every.whole AS integer) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (every.stage AS every.whole) WITH INOUT;
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
COMMENT ON TRANSFORM FOR integer LANGUAGE sql IS 'of no use';
CREATE TRANSFORM FOR every.whole LANGUAGE plevery (TO SQL WITH FUNCTION every.whole_recv(internal));
CREATE FUNCTION every.transformed(integer) RETURNS integer LANGUAGE sql TRANSFORM FOR TYPE integer AS 'SELECT $1';

-- Text search.

CREATE TEXT SEARCH PARSER every.words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
COMMENT ON TEXT SEARCH PARSER every.words IS 'cuts';
CREATE TEXT SEARCH TEMPLATE every.simple_like (INIT = dsimple_init, LEXIZE = dsimple_lexize);
COMMENT ON TEXT SEARCH TEMPLATE every.simple_like IS 'simple';
CREATE TEXT SEARCH DICTIONARY every.plain (TEMPLATE = every.simple_like, ACCEPT = false);
COMMENT ON TEXT SEARCH DICTIONARY every.plain IS 'passes on';
ALTER TEXT SEARCH DICTIONARY every.plain OWNER TO every_owner;
CREATE TEXT SEARCH DICTIONARY every.stemmed (TEMPLATE = snowball, LANGUAGE = english, STOPWORDS = 'english');
CREATE TEXT SEARCH CONFIGURATION every.search (PARSER = every.words);
ALTER TEXT SEARCH CONFIGURATION every.search ADD MAPPING FOR asciiword, word WITH every.plain, every.stemmed, pg_catalog.simple;
ALTER TEXT SEARCH CONFIGURATION every.search ADD MAPPING FOR email WITH simple;
COMMENT ON TEXT SEARCH CONFIGURATION every.search IS 'how we search';
ALTER TEXT SEARCH CONFIGURATION every.search OWNER TO every_owner;

-- Sequences.

CREATE SEQUENCE every.numbers AS integer INCREMENT -2 MAXVALUE 100 CACHE 5 CYCLE;
COMMENT ON SEQUENCE every.numbers IS 'downwards';
ALTER SEQUENCE every.numbers OWNER TO every_owner;
GRANT USAGE, SELECT ON SEQUENCE every.numbers TO every_reader;
CREATE SEQUENCE every.owned;

-- Tables.

CREATE TABLE every.accounts (
    id bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 10) PRIMARY KEY,
    by_default integer GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME every.chosen),
    tenant integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    email every.email,
    stage every.stage NOT NULL DEFAULT 'new',
    price numeric(12, 2) DEFAULT 1 + 2,
    doubled numeric(13, 2) GENERATED ALWAYS AS (price * 2) STORED,
    notes text,
    home every.address,
    number integer DEFAULT nextval('every.owned'),
    "Odd ""Name" every.stage[],
    at timestamp(3) with time zone DEFAULT now(),
    CONSTRAINT accounts_code UNIQUE (tenant, code) INCLUDE (email) WITH (fillfactor = 70) DEFERRABLE,
    CONSTRAINT price_positive CHECK (price > 0 AND price < 1000) NO INHERIT,
    CONSTRAINT good CHECK (every.is_good(email))
) WITH (fillfactor = 80, toast.autovacuum_enabled = off);
ALTER SEQUENCE every.owned OWNED BY every.accounts.number;
ALTER TABLE every.accounts OWNER TO every_owner;
ALTER TABLE every.accounts ALTER COLUMN notes SET STORAGE EXTERNAL, ALTER COLUMN notes SET STATISTICS 500,
    ALTER COLUMN notes SET COMPRESSION pglz, ALTER COLUMN tenant SET (n_distinct = 5, n_distinct_inherited = -0.5);
ALTER TABLE every.accounts ADD CONSTRAINT price_later CHECK (price <> 13) NOT VALID;
COMMENT ON TABLE every.accounts IS 'who pays';
COMMENT ON COLUMN every.accounts.code IS 'short';
COMMENT ON CONSTRAINT good ON every.accounts IS 'is good';
COMMENT ON CONSTRAINT accounts_code ON every.accounts IS 'one code each';
COMMENT ON INDEX every.accounts_code IS 'for the code';
COMMENT ON SEQUENCE every.chosen IS 'behind an identity';
GRANT USAGE ON SEQUENCE every.chosen TO every_writer;
GRANT SELECT ON every.accounts TO every_reader, PUBLIC;
GRANT INSERT ON every.accounts TO every_writer WITH GRANT OPTION;
GRANT UPDATE (code, notes) ON every.accounts TO every_reader;
SET ROLE every_writer;
GRANT INSERT ON every.accounts TO every_reader;
RESET ROLE;
REVOKE TRUNCATE, TRIGGER ON every.accounts FROM every_owner;
ALTER TABLE every.accounts REPLICA IDENTITY FULL;

CREATE TABLE every.bookings (
    id serial PRIMARY KEY,
    account_id bigint REFERENCES every.accounts ON DELETE CASCADE ON UPDATE RESTRICT
        DEFERRABLE INITIALLY DEFERRED,
    tenant integer,
    code text,
    room point NOT NULL,
    during tstzrange NOT NULL,
    cancelled boolean NOT NULL DEFAULT false,
    CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&, room WITH ~=) INCLUDE (id) WITH (fillfactor = 60)
        WHERE (NOT cancelled),
    CONSTRAINT no_same EXCLUDE ((lower(code)) COLLATE "C" text_pattern_ops DESC WITH =) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE every.prices (tenant integer, code text COLLATE "C", UNIQUE (tenant, code));
ALTER TABLE every.bookings ADD CONSTRAINT bookings_price FOREIGN KEY (tenant, code)
    REFERENCES every.prices (tenant, code) MATCH FULL ON DELETE SET NULL ON UPDATE SET DEFAULT DEFERRABLE NOT VALID;
COMMENT ON CONSTRAINT bookings_price ON every.bookings IS 'has a price';
ALTER TABLE every.bookings CLUSTER ON bookings_pkey;
CREATE UNLOGGED TABLE every.events (id integer, at timestamptz NOT NULL, kind text) USING heap_like;
CREATE UNIQUE INDEX events_at ON every.events (at);
ALTER TABLE every.events REPLICA IDENTITY USING INDEX events_at;
CREATE TABLE every.silent (id integer);
ALTER TABLE every.silent REPLICA IDENTITY NOTHING;
ALTER TABLE every.silent OWNER TO every_owner;
REVOKE ALL ON every.silent FROM every_owner;
CREATE TABLE every.no_columns ();
CREATE TABLE every.homes OF every.address (street WITH OPTIONS NOT NULL DEFAULT 'none', PRIMARY KEY (town));
CREATE TABLE "Odd ""Schema"."Odd ""Table" ("Odd ""Column" integer PRIMARY KEY, "select" text);

-- Indexes and statistics objects.

CREATE INDEX accounts_stage ON every.accounts (stage DESC NULLS LAST, code COLLATE "POSIX", lower(notes) text_pattern_ops,
    tenant NULLS FIRST) INCLUDE (price) WITH (fillfactor = 90) WHERE notes IS NOT NULL AND price > 3;
COMMENT ON INDEX every.accounts_stage IS 'for the board';
ALTER INDEX every.accounts_stage ALTER COLUMN 3 SET STATISTICS 77;
CREATE UNIQUE INDEX accounts_lower ON every.accounts ((lower(code) || ', '), (price + 1));
CREATE INDEX accounts_email ON every.accounts (email, (tenant + 1) DESC);
CREATE INDEX accounts_odd ON every.accounts USING gin ("Odd ""Name");
CREATE INDEX accounts_notes ON every.accounts USING gin (to_tsvector('english'::regconfig, notes)) WITH (fastupdate = off);
CREATE INDEX accounts_tsv ON every.accounts USING gist (to_tsvector('english'::regconfig, notes) tsvector_ops (siglen = 100));
CREATE INDEX accounts_at ON every.accounts USING brin (at timestamptz_minmax_multi_ops (values_per_range = 16), id);
CREATE INDEX accounts_hash ON every.accounts USING hash (code);
CREATE INDEX accounts_pattern ON every.accounts (code text_pattern_ops, code varchar_ops);
CREATE INDEX bookings_during ON every.bookings USING gist (during, room every.points);
CREATE STATISTICS every.correlated ON tenant, code FROM every.accounts;
COMMENT ON STATISTICS every.correlated IS 'they go together';
ALTER STATISTICS every.correlated SET STATISTICS 300;
ALTER STATISTICS every.correlated OWNER TO every_owner;
CREATE STATISTICS every.chosen (mcv, dependencies) ON tenant, stage, lower(code), (price * 2) FROM every.accounts;
CREATE STATISTICS every.expression ON (price * 3) FROM every.accounts;

-- Triggers, rules, policies.

CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF code, notes ON every.accounts
    FOR EACH ROW WHEN (new.code IS NOT NULL) EXECUTE FUNCTION every.touch('a', '', 'it''s');
COMMENT ON TRIGGER touch ON every.accounts IS 'keeps it fresh';
CREATE TRIGGER changed AFTER UPDATE ON every.accounts REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION every.touch();
ALTER TABLE every.accounts ENABLE ALWAYS TRIGGER changed;
CREATE TRIGGER emptied BEFORE TRUNCATE ON every.accounts EXECUTE FUNCTION every.touch();
ALTER TABLE every.accounts ENABLE REPLICA TRIGGER emptied;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON every.bookings FROM every.accounts DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION every.touch();
ALTER TABLE every.bookings DISABLE TRIGGER late;
CREATE RULE nothing AS ON DELETE TO every.events DO INSTEAD NOTHING;
COMMENT ON RULE nothing ON every.events IS 'they stay';
CREATE RULE copied AS ON INSERT TO every.events WHERE new.id > 3 DO ALSO
    (INSERT INTO every.silent VALUES (new.id); UPDATE every.silent SET id = 2 WHERE id = new.id);
CREATE RULE told AS ON UPDATE TO every.events DO ALSO NOTIFY events;
ALTER TABLE every.events DISABLE RULE copied;
CREATE RULE returned AS ON UPDATE TO every.silent DO INSTEAD
    UPDATE every.prices SET tenant = new.id WHERE prices.tenant = old.id AND prices.code <> ';' RETURNING tenant;
ALTER TABLE every.silent ENABLE ALWAYS RULE returned;
ALTER TABLE every.accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON every.accounts AS RESTRICTIVE FOR UPDATE TO every_reader, every_writer
    USING (tenant = current_setting('every.tenant')::integer) WITH CHECK (tenant > 0);
CREATE POLICY everyone ON every.accounts USING (EXISTS (SELECT FROM every.prices AS p WHERE p.code = accounts.code));
CREATE POLICY newcomers ON every.accounts FOR INSERT WITH CHECK (true);
COMMENT ON POLICY own ON every.accounts IS 'their own';

-- Partitions.

CREATE TABLE every.measures (
    id integer NOT NULL, at date NOT NULL, kind text DEFAULT 'k', value numeric CONSTRAINT value_positive CHECK (value >= 0),
    CONSTRAINT measures_key PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX measures_kind ON every.measures (kind);
CREATE TABLE every.measures_2024 PARTITION OF every.measures (value DEFAULT 7 NOT NULL, CONSTRAINT small CHECK (value < 9))
    FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
COMMENT ON COLUMN every.measures_2024.kind IS 'of that year';
ALTER TABLE every.measures_2024 ALTER COLUMN kind SET STATISTICS 10;
CREATE INDEX measures_2024_value ON every.measures_2024 (value);
CREATE TABLE every.measures_2025 (
    value numeric DEFAULT 8, at date NOT NULL, id integer NOT NULL, kind text,
    CONSTRAINT value_positive CHECK (value >= 0), CONSTRAINT own_key PRIMARY KEY (id, at)
);
CREATE INDEX own_kind ON every.measures_2025 (kind) WITH (fillfactor = 50);
ALTER TABLE every.measures ATTACH PARTITION every.measures_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
COMMENT ON INDEX every.own_kind IS 'a part of another';
CREATE TABLE every.measures_2026 PARTITION OF every.measures FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
ALTER TABLE every.measures_2026 ALTER COLUMN kind DROP DEFAULT;
CREATE TABLE every.measures_rest PARTITION OF every.measures DEFAULT PARTITION BY HASH (id);
CREATE TABLE every.measures_rest_0 PARTITION OF every.measures_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0) WITH (fillfactor = 40);
CREATE TABLE every.measures_rest_1 PARTITION OF every.measures_rest FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX measures_some ON ONLY every.measures (value);
CREATE INDEX measures_some_2025 ON every.measures_2025 (value);
ALTER INDEX every.measures_some ATTACH PARTITION every.measures_some_2025;
CREATE TRIGGER touch AFTER INSERT ON every.measures FOR EACH ROW EXECUTE FUNCTION every.touch();
ALTER TABLE every.measures_2024 DISABLE TRIGGER touch;
CREATE TRIGGER own AFTER UPDATE ON every.measures_2024 FOR EACH ROW EXECUTE FUNCTION every.touch();
ALTER TABLE every.measures ADD CONSTRAINT measures_account FOREIGN KEY (id) REFERENCES every.bookings;
CREATE TABLE every.readings (measure integer, at date, FOREIGN KEY (measure, at) REFERENCES every.measures);
CREATE TABLE every.kinds (kind text, part integer) PARTITION BY LIST (lower(kind) COLLATE "C" text_pattern_ops);
CREATE TABLE every.kinds_some PARTITION OF every.kinds FOR VALUES IN ('a', 'b, c', NULL);
CREATE TABLE every.grid (x integer, y integer NOT NULL) PARTITION BY RANGE (x, (y + 1));
CREATE TABLE every.grid_low PARTITION OF every.grid FOR VALUES FROM (MINVALUE, MINVALUE) TO (0, 0);

-- Inheritance.

CREATE TABLE every.places (id integer NOT NULL DEFAULT 1, name text CHECK (name <> ''), area numeric);
CREATE TABLE every.named (name text, alias text);
CREATE TABLE every.cities (mayor text, area numeric NOT NULL) INHERITS (every.places);
CREATE TABLE every.capitals (state text) INHERITS (every.cities, every.named);
ALTER TABLE every.capitals ALTER COLUMN id SET DEFAULT 2, ALTER COLUMN alias SET NOT NULL,
    ALTER COLUMN name SET STORAGE EXTERNAL, ALTER COLUMN mayor SET (n_distinct = 3);
COMMENT ON COLUMN every.capitals.area IS 'of the city alone';
CREATE TABLE every.joined (extra text, alias text, name text);
ALTER TABLE every.joined INHERIT every.named;
ALTER TABLE every.places ADD COLUMN later integer;

-- Views.

CREATE VIEW every.open_accounts (account, "Code", stage) WITH (security_barrier) AS
    SELECT id, code, stage FROM every.accounts WHERE stage = 'open' WITH CASCADED CHECK OPTION;
COMMENT ON VIEW every.open_accounts IS 'still open';
COMMENT ON COLUMN every.open_accounts.account IS 'which';
ALTER VIEW every.open_accounts ALTER COLUMN stage SET DEFAULT 'open';
ALTER VIEW every.open_accounts OWNER TO every_owner;
GRANT SELECT (account) ON every.open_accounts TO every_reader;
CREATE TRIGGER instead INSTEAD OF DELETE ON every.open_accounts FOR EACH ROW EXECUTE FUNCTION every.touch();
CREATE VIEW every.above AS SELECT account FROM every.open_accounts;
CREATE RULE written AS ON INSERT TO every.above DO INSTEAD INSERT INTO every.silent VALUES (new.account);
CREATE RECURSIVE VIEW every.counted (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counted WHERE n < 9;
CREATE MATERIALIZED VIEW every.totals USING heap_like WITH (fillfactor = 75) AS
    SELECT tenant, code, sum(price) AS total FROM every.accounts GROUP BY tenant, code;
CREATE UNIQUE INDEX totals_tenant ON every.totals (tenant, code);
ALTER MATERIALIZED VIEW every.totals CLUSTER ON totals_tenant;
ALTER MATERIALIZED VIEW every.totals ALTER COLUMN code SET STATISTICS 50, ALTER COLUMN code SET STORAGE EXTERNAL;
COMMENT ON MATERIALIZED VIEW every.totals IS 'by night';
COMMENT ON COLUMN every.totals.total IS 'in all';
GRANT SELECT ON every.totals TO every_reader;
CREATE MATERIALIZED VIEW every.unfilled AS SELECT tenant FROM every.totals WITH NO DATA;

-- Foreign data.

CREATE FOREIGN DATA WRAPPER every_wrapper OPTIONS (place 'it''s here', debug 'true');
COMMENT ON FOREIGN DATA WRAPPER every_wrapper IS 'wraps';
GRANT USAGE ON FOREIGN DATA WRAPPER every_wrapper TO every_writer;
CREATE SERVER every_server TYPE 'postgres' VERSION '18' FOREIGN DATA WRAPPER every_wrapper
    OPTIONS (host 'elsewhere', "dbname" 'other');
COMMENT ON SERVER every_server IS 'elsewhere';
GRANT USAGE ON FOREIGN SERVER every_server TO every_reader;
ALTER SERVER every_server OWNER TO every_writer;
CREATE USER MAPPING FOR every_reader SERVER every_server OPTIONS (user 'reader', password 'not to be seen');
CREATE USER MAPPING FOR PUBLIC SERVER every_server;
CREATE FOREIGN DATA WRAPPER every_valid VALIDATOR postgresql_fdw_validator;
CREATE FOREIGN DATA WRAPPER every_bare;
CREATE SERVER every_bare FOREIGN DATA WRAPPER every_bare;
CREATE FOREIGN TABLE every.remote (id integer OPTIONS (column_name 'the id') NOT NULL, note text DEFAULT 'x' COLLATE "C",
    CONSTRAINT remote_id CHECK (id > 0)) SERVER every_bare OPTIONS (table_name 'remote', schema_name 'it''s');
COMMENT ON FOREIGN TABLE every.remote IS 'elsewhere';
COMMENT ON COLUMN every.remote.id IS 'there';
GRANT SELECT ON every.remote TO every_reader;
CREATE TRIGGER touch BEFORE INSERT ON every.remote FOR EACH ROW EXECUTE FUNCTION every.touch();
CREATE FOREIGN TABLE every.kinds_remote PARTITION OF every.kinds FOR VALUES IN ('r') SERVER every_bare;
CREATE FOREIGN TABLE every.remote_places (remote text) INHERITS (every.places) SERVER every_bare;

-- Event triggers, publications, subscriptions.

CREATE FUNCTION every.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER every_command ON ddl_command_start WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION every.watch();
COMMENT ON EVENT TRIGGER every_command IS 'watches';
ALTER EVENT TRIGGER every_command ENABLE ALWAYS;
CREATE EVENT TRIGGER every_drop ON sql_drop EXECUTE FUNCTION every.watch();
ALTER EVENT TRIGGER every_drop DISABLE;
CREATE PUBLICATION every_table FOR TABLE every.accounts, every.measures, ONLY every.places
    WITH (publish = 'insert, update', publish_via_partition_root = true);
COMMENT ON PUBLICATION every_table IS 'some';
CREATE PUBLICATION every_all FOR ALL TABLES;
CREATE PUBLICATION every_none;
CREATE SUBSCRIPTION every_subscription CONNECTION 'host=nowhere dbname=x password=secret' PUBLICATION a, "B"
    WITH (connect = false, slot_name = NONE, binary = true, synchronous_commit = 'local');
COMMENT ON SUBSCRIPTION every_subscription IS 'from nowhere';

-- Default privileges.

ALTER DEFAULT PRIVILEGES FOR ROLE every_owner IN SCHEMA every GRANT SELECT ON TABLES TO every_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE every_owner IN SCHEMA every GRANT USAGE ON SEQUENCES TO every_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE every_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE every_owner REVOKE USAGE ON TYPES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE every_owner GRANT USAGE ON SCHEMAS TO every_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE every_owner REVOKE DELETE ON TABLES FROM every_owner;
