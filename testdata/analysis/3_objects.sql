-- Everything else that holds an expression or a query.
SET search_path = app, public;
ALTER TABLE customers ADD CONSTRAINT name_not_empty CHECK (name <> '' AND length(name) <= 100);
ALTER TABLE customers ADD CHECK (credit >= 0), ADD CHECK (credit < 1000000), ADD CONSTRAINT country_known CHECK (country IN ('DE', 'FR', 'IT') OR country IS NULL);
ALTER TABLE customers ADD CHECK (email LIKE '%@%'), ADD CHECK (parent_id <> id), ADD CHECK (mood IN ('ok', 'happy')), ADD CHECK ((address).number > 0);
ALTER TABLE orders ADD CONSTRAINT status_known CHECK (status IN ('new', 'paid', 'void')), ADD CHECK (total >= 0.0), ADD CHECK (total BETWEEN 0 AND 99999.99), ADD CHECK (placed_on > '2000-01-01');
ALTER TABLE orders ADD CHECK (status::text = ANY (ARRAY['new', 'paid'])), ADD CHECK (status = ANY (ARRAY['new'::varchar, 'paid'::varchar]::text[])), ADD CHECK (array_length(tags, 1) < 10), ADD CHECK (jsonb_typeof(data) = 'object'), ADD CHECK (data ? 'a' OR NOT data ? 'b');
ALTER TABLE items ADD CHECK (quantity > 0 AND price > 0::numeric), ADD CHECK (quantity * price < 1e6), ADD CHECK (CASE WHEN quantity > 5 THEN price < 10 ELSE true END), ADD CHECK (num_nonnulls(order_id, product_id) = 2);
ALTER TABLE everything ADD CHECK (i4r @> 5 AND NOT isempty(i4r)), ADD CHECK (v20 ~ '^[a-z]+$'), ADD CHECK (char_length(v20) >= 3), ADD CHECK (c10 = upper(c10)), ADD CHECK ((b IS NOT NULL)::integer + (t IS NOT NULL)::integer = 1), ADD CHECK (d < ts::date), ADD CHECK (t::date IS NOT NULL), ADD CHECK (everything IS NOT NULL), ADD CHECK (coalesce(num2, 0) + coalesce(num0, 0) > -1), ADD CHECK (em <> 'a@b'), ADD CHECK (md <> 'sad'), ADD CHECK (bits <> B'0'), ADD CHECK ("order" > 0 AND "Mixed" <> "with space"), ADD CHECK (overloaded(i4) = 'i'), ADD CHECK (addr <~> addr > 0), ADD CHECK (num2 = -1 OR num2 = -1.5 OR i4 = -1 OR i8 = -1 OR r8 = -1);

CREATE TABLE defaults (
    a integer DEFAULT 5, b integer DEFAULT -5, c bigint DEFAULT 5, d smallint DEFAULT 5, e numeric(10,2) DEFAULT 5, f numeric DEFAULT 1.50, g numeric(10,2) DEFAULT '1.5', h text DEFAULT 'x', i varchar(5) DEFAULT 'x', j char(3) DEFAULT 'x',
    k boolean DEFAULT false, l boolean DEFAULT 't', m timestamptz DEFAULT now(), n timestamptz DEFAULT CURRENT_TIMESTAMP, o timestamp DEFAULT now(), p timestamp DEFAULT CURRENT_TIMESTAMP, q date DEFAULT now(), r date DEFAULT CURRENT_DATE, s timestamp DEFAULT (now() AT TIME ZONE 'utc'),
    t jsonb DEFAULT '{}', u json DEFAULT '[]'::json, v text[] DEFAULT '{}', w integer[] DEFAULT ARRAY[]::integer[], x uuid DEFAULT gen_random_uuid(), y mood DEFAULT 'ok', z interval DEFAULT '1 day',
    aa real DEFAULT 1.5, ab double precision DEFAULT 0, ac double precision DEFAULT 0.5, ad money DEFAULT 5, ae text DEFAULT current_user, af name DEFAULT current_user, ag integer DEFAULT nextval('counter'), ah bigint DEFAULT nextval('app.counter'::regclass), ai bytea DEFAULT '\x00', aj text DEFAULT NULL, ak varchar(10) DEFAULT NULL::character varying, al bit(3) DEFAULT B'101', am inet DEFAULT '127.0.0.1', an tsvector DEFAULT '', ao text DEFAULT md5(random()::text), ap timestamptz(3) DEFAULT now(), aq date DEFAULT (CURRENT_DATE + interval '1 month'), ar percent DEFAULT 5, at email DEFAULT 'a@b', au any_mood, av varchar(20) DEFAULT 'a' || 'b', aw text DEFAULT 1, ax integer DEFAULT '5', ay integer DEFAULT 5.4, az address DEFAULT ROW('a', 1, 'b', NULL), ba int4range DEFAULT '[1,2)', bb integer[] DEFAULT '{1,2}', bc varchar(5)[] DEFAULT '{a}', bd char DEFAULT 'x', be char(1) DEFAULT 'Y'::bpchar, bf timestamp DEFAULT '2024-01-01', bg timestamptz DEFAULT '1970-01-01 00:00:00+00', bh time DEFAULT '10:00', bi numeric DEFAULT 1e3, bj smallint DEFAULT (1 + 1), bk bigint DEFAULT (extract(epoch from now()) * 1000)::bigint, bl text DEFAULT (CASE WHEN true THEN 'a' ELSE 'b' END), bm xml DEFAULT '<a/>', bn oid DEFAULT 5, bo regclass DEFAULT 'orders', bp bpchar DEFAULT 'abc', bq "char" DEFAULT 'a', br date DEFAULT 'infinity', bs tstzrange DEFAULT tstzrange(now(), NULL), bt numeric(3,1) DEFAULT 0.0, bu text DEFAULT ('x'::text), bv varchar DEFAULT ''::text, bw integer DEFAULT (5)::smallint, bx numeric(5,2) DEFAULT (5)::numeric, by text COLLATE "C" DEFAULT 'x', bz boolean DEFAULT (NOT false)
);
ALTER TABLE defaults ALTER COLUMN a SET DEFAULT 7 + 1, ADD COLUMN later integer DEFAULT 5 CHECK (later > 0);
CREATE TABLE generated (
    a integer, b integer, t text, v varchar(20), n numeric(10,2), d date, j jsonb,
    g1 integer GENERATED ALWAYS AS (a + b) STORED, g2 bigint GENERATED ALWAYS AS (a * 2) STORED, g3 text GENERATED ALWAYS AS (lower(t) || ' ' || v) STORED, g4 varchar(10) GENERATED ALWAYS AS (t) STORED, g5 numeric(10,1) GENERATED ALWAYS AS (n * 1.19) STORED,
    g6 text GENERATED ALWAYS AS (j ->> 'x') STORED, g7 integer GENERATED ALWAYS AS ((j ->> 'x')::integer) STORED, g8 tsvector GENERATED ALWAYS AS (to_tsvector('english', coalesce(t, ''))) STORED, g9 integer GENERATED ALWAYS AS (a - b) VIRTUAL, g10 boolean GENERATED ALWAYS AS (d > '2024-01-01') STORED, g11 daterange GENERATED ALWAYS AS (daterange(d, NULL)) STORED, g12 text GENERATED ALWAYS AS (CASE WHEN a > 1 THEN t ELSE v END) STORED
);
CREATE TABLE unnamed (a integer CHECK (a > 0) CHECK (a < 10), b text CHECK (b <> 'x'), CHECK (a <> length(b)), CONSTRAINT named CHECK (a IS NOT NULL OR b IS NOT NULL));

CREATE INDEX i_lower ON customers (lower(name));
CREATE INDEX i_many ON customers (lower(email::text) text_pattern_ops DESC, (credit * 2), (name || 'x') COLLATE "C", coalesce(country, 'XX'), ((address).street), id);
CREATE INDEX i_casts ON everything ((i4::text), (t::varchar(5)), (jb ->> 'a'), ((jb ->> 'a')::integer), (ts::date), (num2::integer), (v20::text), date_trunc('day', ts), (tsz AT TIME ZONE 'UTC'), extract(year from d));
CREATE INDEX i_gin ON everything USING gin (to_tsvector('english', t), (jb -> 'tags'), (string_to_array(v20, ',')));
CREATE INDEX i_partial ON orders (id) WHERE status = 'new' AND NOT 'x' = ANY (tags);
CREATE INDEX i_partial2 ON orders (placed_on) WHERE status IN ('new', 'paid') AND total > 0 AND note IS NULL;
CREATE UNIQUE INDEX i_partial3 ON customers (email) WHERE active;
CREATE INDEX i_partial4 ON customers (id) WHERE mood = 'ok' AND credit > 0 AND created_at > '2020-01-01 00:00:00+00';
CREATE INDEX i_partial5 ON everything (id) WHERE i2 = 1 AND i8 = 1 AND (v20 = 'x' OR c10 = 'y') AND em = 'x@y' AND (jb ->> 'a') = 'b' AND i4 = ANY ('{1,2}') AND b IS NOT TRUE;
CREATE INDEX i_case ON customers ((CASE WHEN active THEN name ELSE NULL END), nullif(name, ''), greatest(id, 0));
CREATE INDEX i_view ON m_totals ((total * 2)) WHERE customer_id > 0;
ALTER TABLE measurements ADD CONSTRAINT ranges EXCLUDE USING btree (city_id WITH =, logdate WITH =, (peak + 1) WITH =) WHERE (peak > 0) NOT DEFERRABLE;
ALTER TABLE everything ADD EXCLUDE USING gist (i4r WITH &&, int4range(i4, i4 + 1) WITH &&) WHERE (b);
CREATE STATISTICS s_expressions ON lower(name), (credit * 2), country FROM customers;
CREATE STATISTICS s_one ON (total + 1) FROM orders;
CREATE TABLE keyed (a integer, b text, c timestamptz) PARTITION BY RANGE ((a + 1), lower(b), c);
CREATE TABLE keyed_1 PARTITION OF keyed FOR VALUES FROM (1, 'a', MINVALUE) TO (-5 + 10, 'b', '2024-01-01 00:00:00+00');
CREATE TABLE listed (a text, b integer) PARTITION BY LIST (lower(a));
CREATE TABLE listed_1 PARTITION OF listed FOR VALUES IN ('x', NULL, 'it''s');
CREATE TABLE listed_2 PARTITION OF listed DEFAULT;
CREATE TABLE numbered (a bigint, b numeric(5,2)) PARTITION BY LIST (a);
CREATE TABLE numbered_1 PARTITION OF numbered FOR VALUES IN (1, -2, 3);
CREATE TABLE hashed (a integer) PARTITION BY HASH (a);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 1);

ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY p_own ON customers USING (id = current_customer());
CREATE POLICY p_setting ON customers FOR UPDATE USING (id = current_setting('app.customer')::integer) WITH CHECK (active AND name = current_user);
CREATE POLICY p_sub ON customers FOR SELECT USING (id IN (SELECT customer_id FROM orders WHERE total > 5) OR EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customers.id));
CREATE POLICY p_self ON customers FOR DELETE USING (EXISTS (SELECT 1 FROM customers c2 WHERE c2.parent_id = customers.id AND c2.name = customers.name));
CREATE POLICY p_same ON orders USING ((SELECT count(*) FROM orders) > 1 AND customer_id = (SELECT c.id FROM customers c WHERE c.name = current_user));
CREATE POLICY p_true ON orders FOR INSERT WITH CHECK (true);
CREATE POLICY p_row ON orders FOR ALL USING (orders IS NOT NULL AND (SELECT o FROM (SELECT 1 AS o) s) = 1);

CREATE TRIGGER t_changed BEFORE UPDATE ON orders FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION touch();
CREATE TRIGGER t_new AFTER INSERT ON orders FOR EACH ROW WHEN (NEW.total > 100 AND NEW.status IN ('new', 'paid')) EXECUTE FUNCTION touch();
CREATE TRIGGER t_row BEFORE UPDATE ON customers FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
CREATE TRIGGER t_case BEFORE UPDATE ON customers FOR EACH ROW WHEN (CASE WHEN OLD.active THEN NEW.active ELSE true END) EXECUTE FUNCTION touch();
CREATE TRIGGER t_statement AFTER UPDATE ON customers FOR EACH STATEMENT WHEN (current_user = 'x') EXECUTE FUNCTION touch();

CREATE DOMAIN limited AS varchar(20) DEFAULT 'x' CHECK (VALUE <> '' AND VALUE IN ('x', 'y')) CHECK (length(VALUE) > 0);
CREATE DOMAIN dated AS date DEFAULT CURRENT_DATE CONSTRAINT recent CHECK (VALUE > '2000-01-01' AND VALUE < '3000-01-01'::date);
CREATE DOMAIN of_domain AS positive CHECK (VALUE < 100);
ALTER DOMAIN of_domain ADD CONSTRAINT even CHECK (VALUE % 2 = 0);
CREATE DOMAIN pair_list AS integer[] CHECK (cardinality(VALUE) = 2 AND VALUE[1] < VALUE[2]);

CREATE FUNCTION f_defaults(a integer DEFAULT 5, b bigint DEFAULT -1, c text DEFAULT 'x', d text[] DEFAULT '{}', e timestamptz DEFAULT now(), f mood DEFAULT 'ok', g numeric DEFAULT 1.5, h varchar DEFAULT NULL, i jsonb DEFAULT '{}', j boolean DEFAULT true, k text DEFAULT CASE WHEN true THEN 'a' ELSE 'b' END, l integer[] DEFAULT ARRAY[1, 2], m date DEFAULT CURRENT_DATE, n uuid DEFAULT NULL::uuid, o interval DEFAULT '1 day', p text DEFAULT NULL) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f_return(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN a + b * 2;
CREATE FUNCTION f_return_case(a integer) RETURNS text LANGUAGE sql RETURN CASE WHEN a > 1 THEN 'x' ELSE (SELECT name FROM app.customers WHERE id = a) END;
CREATE FUNCTION f_return_unnamed(integer, text) RETURNS text LANGUAGE sql RETURN $2 || $1;
CREATE FUNCTION f_atomic(wanted integer) RETURNS SETOF orders LANGUAGE sql BEGIN ATOMIC SELECT * FROM orders WHERE customer_id = wanted ORDER BY id; END;
CREATE FUNCTION f_atomic_many(a integer, b text) RETURNS integer LANGUAGE sql BEGIN ATOMIC
    INSERT INTO app.a (id, x, y) VALUES (a, f_atomic_many.a + 1, b);
    UPDATE app.a SET y = b, x = x + 1 WHERE id = f_atomic_many.a;
    DELETE FROM app.a USING app.b WHERE a.id = b.id AND b.z = f_atomic_many.b;
    SELECT a + 1;
END;
CREATE FUNCTION f_table(n integer) RETURNS TABLE (id integer, label text) LANGUAGE sql STABLE BEGIN ATOMIC SELECT c.id, c.name FROM customers c WHERE c.id < n; END;
CREATE PROCEDURE p_atomic(a integer) LANGUAGE sql BEGIN ATOMIC INSERT INTO app.base VALUES (a, 'x'), (a + 1, 'y'); END;
CREATE FUNCTION f_empty() RETURNS void LANGUAGE sql BEGIN ATOMIC END;
CREATE FUNCTION f_modify() RETURNS void LANGUAGE sql BEGIN ATOMIC
    INSERT INTO customers (id, name, address.street, address.number) VALUES (1, 'x', 's', 5);
    INSERT INTO orders AS o (id, customer_id, tags[1]) SELECT id, id, 'x' FROM customers ON CONFLICT (id) DO UPDATE SET total = o.total + excluded.total, note = DEFAULT WHERE o.total > 5 RETURNING id, o.total AS t;
    INSERT INTO customers DEFAULT VALUES ON CONFLICT DO NOTHING;
    INSERT INTO customers VALUES (5, 'n') ON CONFLICT ON CONSTRAINT customers_pkey DO NOTHING RETURNING *;
    INSERT INTO customers (id, email, name) VALUES (5, 'n@x', DEFAULT) ON CONFLICT (email) WHERE active DO UPDATE SET (name, credit) = (excluded.name, 5);
    INSERT INTO everything (i4) OVERRIDING SYSTEM VALUE SELECT 1 UNION SELECT 2;
    INSERT INTO base WITH q AS (SELECT 1 AS a) SELECT a, 'x' FROM q RETURNING (SELECT count(*) FROM a), id + 1;
    UPDATE orders o SET total = total * 1.1, status = 'paid', data['a'] = '1', tags[2] = 'y' FROM customers c WHERE c.id = o.customer_id AND c.country = 'DE' RETURNING o.id, c.name;
    UPDATE ONLY base SET (id, name) = (SELECT 1, 'x') WHERE false;
    UPDATE base SET (id, name) = ROW (1, 'y');
    UPDATE customers SET address.city = 'x', credit = credit + 1 WHERE id = 5 RETURNING old.credit, new.credit AS after;
    WITH gone AS (DELETE FROM orders WHERE placed_on < CURRENT_DATE RETURNING *), kept AS (SELECT 1) INSERT INTO base (id) SELECT customer_id FROM gone;
    DELETE FROM ONLY base b USING a, b AS bb WHERE a.id = b.id AND bb.id = a.id RETURNING b.*;
    DELETE FROM base RETURNING WITH (OLD AS before) before.id;
    MERGE INTO products p USING items i ON p.id = i.product_id WHEN MATCHED AND i.quantity = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET price = i.price, name = 'x' WHEN NOT MATCHED THEN INSERT (id, name) VALUES (i.product_id, 'new');
    MERGE INTO products USING (SELECT id, name FROM categories) s ON products.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED BY TARGET AND s.id > 5 THEN INSERT VALUES (s.id, s.name) WHEN MATCHED THEN DO NOTHING RETURNING merge_action(), products.id;
END;

CREATE VIEW rule_target AS SELECT id, name, email FROM customers;
CREATE RULE r_insert AS ON INSERT TO rule_target DO INSTEAD INSERT INTO customers (id, name, email) VALUES (NEW.id, NEW.name, NEW.email);
CREATE RULE r_update AS ON UPDATE TO rule_target DO INSTEAD UPDATE customers SET name = NEW.name, email = NEW.email WHERE id = OLD.id;
CREATE RULE r_delete AS ON DELETE TO rule_target WHERE OLD.id > 5 DO INSTEAD (DELETE FROM customers WHERE customers.id = OLD.id; INSERT INTO base (id, name) VALUES (OLD.id, 'gone'));
CREATE RULE r_nothing AS ON DELETE TO base DO INSTEAD NOTHING;
CREATE RULE r_also AS ON UPDATE TO base WHERE NEW.id <> OLD.id AND NEW.name IS NOT NULL DO ALSO INSERT INTO a SELECT NEW.id, OLD.id, c.w FROM c WHERE c.id = NEW.id;
CREATE RULE r_notify AS ON INSERT TO base DO NOTIFY changed;
CREATE RULE r_select AS ON INSERT TO base WHERE NEW.id > 100 DO INSTEAD SELECT 1 AS one, NEW.name;
CREATE RULE r_returning AS ON INSERT TO v_simple DO INSTEAD INSERT INTO customers (id, name) VALUES (NEW.id, NEW.name) RETURNING customers.id, customers.name;
