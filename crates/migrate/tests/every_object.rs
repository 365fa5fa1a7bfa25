//! A schema with something of every kind of object is read, written, loaded in one pass and read
//! again: nothing is lost, on every server found. With `PGWRIGHT_ROUND_TRIP=file.sql,…` any schema.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pgwright_catalog::{Catalog, Name};
use pgwright_migrate::{
    Arrangement, PlanOptions, Step, difference, plan, schema_files, schema_script,
};
use pgwright_server::installation::PG_BIN_VARIABLE;
use pgwright_server::{Options, ReadOptions, Sandbox, discover, read_catalog};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/every-object")
}

/// The texts that a server of a major version understands, in order.
fn texts(major: u32) -> Vec<String> {
    let newer = (15..=major).map(|version| format!("from-{version}.sql"));
    let files = std::iter::once("schema.sql".to_owned()).chain(newer);
    files
        .map(|file| folder().join(file))
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

fn on_every_server(test: impl Fn(u32, &Sandbox)) {
    let found = discover(std::env::var_os(PG_BIN_VARIABLE).as_deref()).unwrap_or_default();
    if found.is_empty() {
        eprintln!("skipped: no PostgreSQL server found");
    }
    for installation in found.iter().filter(|i| i.is_supported()) {
        eprintln!("on PostgreSQL {}", installation.version);
        let sandbox = Sandbox::start(installation, &Options::default()).unwrap();
        test(installation.major, &sandbox);
    }
}

fn read(sandbox: &Sandbox, database: &str) -> Catalog {
    let mut client = sandbox.connect(database).unwrap();
    let user: String = client
        .query_one("SELECT current_user::text", &[])
        .unwrap()
        .get(0);
    let options = ReadOptions {
        implied_owner: Some(Name::new(user)),
        ..ReadOptions::default()
    };
    let reading = read_catalog(&mut client, &options).unwrap();
    for warning in &reading.warnings {
        eprintln!("warning: {warning}");
    }
    reading.catalog
}

fn run(sandbox: &Sandbox, database: &str, steps: &[Step]) {
    let mut client = sandbox.connect(database).unwrap();
    let mut failed = Vec::new();
    for step in steps {
        if let Err(error) = client.batch_execute(&step.sql) {
            let why = error
                .as_db_error()
                .map(|e| format!("{} {:?}", e.message(), e.detail()));
            failed.push(format!("{}\n-- {}", step.sql, why.unwrap_or_default()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Every place in which two values differ.
fn unequal(path: &str, left: &Value, right: &Value, found: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(l), Value::Object(r)) => {
            let keys: std::collections::BTreeSet<_> = l.keys().chain(r.keys()).collect();
            for key in keys {
                let (l, r) = (l.get(key), r.get(key));
                let null = Value::Null;
                unequal(
                    &format!("{path} / {key}"),
                    l.unwrap_or(&null),
                    r.unwrap_or(&null),
                    found,
                );
            }
        }
        (l, r) if l != r => found.push(format!("{path}\n  < {l}\n  > {r}")),
        _ => {}
    }
}

fn assert_equal(left: &Catalog, right: &Catalog) {
    let value = |c: &Catalog| serde_json::to_value(c.without_dependencies()).unwrap();
    let mut found = Vec::new();
    unequal("", &value(left), &value(right), &mut found);
    assert!(
        found.is_empty(),
        "{} places\n{}",
        found.len(),
        found.join("\n")
    );
    let differences = difference(left, right, &str::to_owned);
    assert!(differences.is_empty(), "{differences:?}");
}

/// Reads a database, writes it, loads that into another and reads it again.
fn round_trip(major: u32, sandbox: &Sandbox, first: &str, second: &str) -> Catalog {
    let mut catalog = read(sandbox, first);
    for mapping in catalog.user_mappings.values_mut() {
        // What is secret is not known, so it is not written either.
        mapping.secrets.clear();
    }
    let started = std::time::Instant::now();
    let plan = plan(&Catalog::empty(), &catalog, &PlanOptions::new(major)).unwrap();
    eprintln!("planned {} steps in {:?}", plan.up.len(), started.elapsed());
    let text: String = schema_files(&plan).into_iter().map(|(_, t)| t).collect();
    if let Ok(folder) = std::env::var("PGWRIGHT_KEEP") {
        fs::write(
            Path::new(&folder).join(format!("{first}-{major}.sql")),
            &text,
        )
        .unwrap();
    }
    sandbox.create_database(second).unwrap();
    let mut client = sandbox.connect(second).unwrap();
    for (name, text) in schema_files(&plan) {
        if let Err(error) = client.batch_execute(&text) {
            // Once more step by step, to see which.
            sandbox.create_database("again").unwrap();
            run(sandbox, "again", &plan.up);
            panic!("{name}: {error:?}");
        }
    }
    assert_equal(&catalog, &read(sandbox, second));

    // The same as one script that goes object by object, as a person reads it.
    let options = PlanOptions {
        check_bodies: false,
        arrangement: Arrangement::ByObject,
        ..PlanOptions::new(major)
    };
    let plan = pgwright_migrate::plan(&Catalog::empty(), &catalog, &options).unwrap();
    let script = schema_script(&plan);
    if let Ok(folder) = std::env::var("PGWRIGHT_KEEP") {
        fs::write(
            Path::new(&folder).join(format!("{first}-{major}-script.sql")),
            &script,
        )
        .unwrap();
    }
    let third = format!("{second}_script");
    sandbox.create_database(&third).unwrap();
    let mut client = sandbox.connect(&third).unwrap();
    client.batch_execute(&script).unwrap();
    assert_equal(&catalog, &read(sandbox, &third));
    catalog
}

#[test]
fn every_object_is_written_and_read_again() {
    on_every_server(|major, sandbox| {
        let mut client = sandbox.connect("postgres").unwrap();
        let roles = fs::read_to_string(folder().join("roles.sql")).unwrap();
        client.batch_execute(&roles).unwrap();
        sandbox.create_database("every").unwrap();
        let mut client = sandbox.connect("every").unwrap();
        for text in texts(major) {
            client.batch_execute(&text).unwrap();
        }
        round_trip(major, sandbox, "every", "every_again");
    });
}

#[test]
fn what_is_written_is_taken_away_again() {
    on_every_server(|major, sandbox| {
        let mut client = sandbox.connect("postgres").unwrap();
        let roles = fs::read_to_string(folder().join("roles.sql")).unwrap();
        client.batch_execute(&roles).unwrap();
        sandbox.create_database("every").unwrap();
        let mut client = sandbox.connect("every").unwrap();
        for text in texts(major) {
            client.batch_execute(&text).unwrap();
        }
        let catalog = read(sandbox, "every");
        let plan = plan(&Catalog::empty(), &catalog, &PlanOptions::new(major)).unwrap();
        sandbox.create_database("there_and_back").unwrap();
        run(sandbox, "there_and_back", &plan.up);
        run(sandbox, "there_and_back", &plan.down);
        let mut left = read(sandbox, "there_and_back");
        left.roles.clear();
        left.extensions.clear();
        assert_equal(&Catalog::empty(), &left);
        run(sandbox, "there_and_back", &plan.up);
    });
}

#[test]
fn what_needs_each_other_is_made_in_two_steps() {
    let circles = "
        CREATE TABLE t (id integer);
        CREATE VIEW v AS SELECT id FROM t;
        CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM v; END;
        CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE f() > -1;
        CREATE FUNCTION whole(t) RETURNS integer LANGUAGE sql AS 'SELECT 1';
        ALTER TABLE t ADD CHECK (whole(t) > 0);
        CREATE FUNCTION next() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT max(id) FROM t; END;
        ALTER TABLE t ALTER id SET DEFAULT next();
        CREATE DOMAIN d AS integer;
        CREATE FUNCTION good(d) RETURNS boolean LANGUAGE sql AS 'SELECT true';
        ALTER DOMAIN d ADD CHECK (good(VALUE));
        CREATE TYPE span;
        CREATE FUNCTION canonical(span) RETURNS span LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
        CREATE TYPE span AS RANGE (subtype = integer, canonical = canonical);
        CREATE FUNCTION one() RETURNS integer LANGUAGE sql RETURN 1;
        CREATE FUNCTION two() RETURNS integer LANGUAGE sql RETURN one();
        CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql RETURN two();
        CREATE TABLE p (id integer PRIMARY KEY, name text);
        CREATE VIEW grouped AS SELECT id, name, count(*) FROM p GROUP BY id;
        CREATE TABLE made (a integer);
        CREATE FUNCTION sum_of(integer) RETURNS integer LANGUAGE sql IMMUTABLE
            BEGIN ATOMIC SELECT $1 + count(*)::integer FROM made; END;
        ALTER TABLE made ADD b integer GENERATED ALWAYS AS (sum_of(a)) STORED;";
    on_every_server(|major, sandbox| {
        sandbox.create_database("circles").unwrap();
        let mut client = sandbox.connect("circles").unwrap();
        client.batch_execute(circles).unwrap();
        let catalog = round_trip(major, sandbox, "circles", "circles_again");
        let plan = plan(&Catalog::empty(), &catalog, &PlanOptions::new(major)).unwrap();
        run(sandbox, "circles_again", &plan.down);
        let mut left = read(sandbox, "circles_again");
        left.extensions.clear();
        assert_equal(&Catalog::empty(), &left);
    });
}

#[test]
fn what_is_added_to_a_database_in_use_is_there_afterwards() {
    let before = "
        CREATE TABLE events (id integer NOT NULL, at date NOT NULL, kind text, PRIMARY KEY (id, at),
            UNIQUE (at, id)) PARTITION BY RANGE (at);
        CREATE INDEX events_kind ON events (kind);
        CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER touch BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION touch();
        CREATE TABLE base (id integer NOT NULL DEFAULT 1);
        CREATE VIEW bases AS SELECT id FROM base;";
    let added = "
        CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        ALTER INDEX events_2_kind_idx RENAME TO second_kind;
        COMMENT ON INDEX second_kind IS 'of the second';
        ALTER TABLE events_2 RENAME CONSTRAINT events_2_pkey TO second_key;
        ALTER TABLE events_2 RENAME CONSTRAINT events_2_at_id_key TO second_unique;
        ALTER TABLE events_2 DISABLE TRIGGER touch;
        CREATE TABLE events_3 (kind text, at date NOT NULL, id integer NOT NULL,
            CONSTRAINT third_key PRIMARY KEY (id, at));
        ALTER TABLE events ATTACH PARTITION events_3 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE INDEX events_at ON events (at);
        CREATE TABLE child (more text) INHERITS (base);
        ALTER TABLE child ALTER COLUMN id SET DEFAULT 2;
        CREATE RULE kept AS ON DELETE TO base DO INSTEAD NOTHING;
        ALTER TABLE base REPLICA IDENTITY FULL;
        ALTER VIEW bases ALTER COLUMN id SET DEFAULT 3;
        CREATE STATISTICS related ON id, kind FROM events;
        CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM bases; END;
        CREATE PUBLICATION base_only FOR TABLE base;";
    on_every_server(|major, sandbox| {
        for (database, texts) in [("before", vec![before]), ("after", vec![before, added])] {
            sandbox.create_database(database).unwrap();
            let mut client = sandbox.connect(database).unwrap();
            for text in texts {
                client.batch_execute(text).unwrap();
            }
        }
        let (from, to) = (read(sandbox, "before"), read(sandbox, "after"));
        let plan = plan(&from, &to, &PlanOptions::new(major)).unwrap();
        run(sandbox, "before", &plan.up);
        assert_equal(&to, &read(sandbox, "before"));
        run(sandbox, "before", &plan.down);
        assert_equal(&from, &read(sandbox, "before"));
    });
}

#[test]
fn named_schemas_are_written_and_read_again() {
    let Ok(files) = std::env::var("PGWRIGHT_ROUND_TRIP") else {
        return eprintln!("skipped: PGWRIGHT_ROUND_TRIP names no file");
    };
    let found = discover(std::env::var_os(PG_BIN_VARIABLE).as_deref()).unwrap_or_default();
    let newest = found
        .iter()
        .filter(|i| i.is_supported())
        .max_by_key(|i| i.major);
    let Some(newest) = newest else {
        return eprintln!("skipped: no PostgreSQL server found");
    };
    let sandbox = Sandbox::start(newest, &Options::default()).unwrap();
    for (number, file) in files.split(',').enumerate() {
        eprintln!("{file}");
        let (first, second) = (format!("first_{number}"), format!("second_{number}"));
        sandbox.create_database(&first).unwrap();
        let output = Command::new("psql")
            .args(["-X", "-q", "-d", &sandbox.conninfo(&first), "-f", file])
            .env("PGOPTIONS", "-c client_min_messages=error")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        for line in errors.lines().filter(|l| l.contains("ERROR")).take(5) {
            eprintln!("{line}");
        }
        round_trip(newest.major, &sandbox, &first, &second);
        if let Ok(folder) = std::env::var("PGWRIGHT_KEEP") {
            for database in [&first, &second] {
                let dump = Command::new(std::env::var("PG_DUMP").unwrap_or("pg_dump".to_owned()))
                    .args(["--schema-only", "-d", &sandbox.conninfo(database)])
                    .output()
                    .unwrap();
                let path = Path::new(&folder).join(format!("{database}.dump"));
                fs::write(path, dump.stdout).unwrap();
            }
        }
    }
}
