//! A twin plans as the server does whose statistics it was given.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "../common/mod.rs"]
mod common;

use pgwright_catalog::QualifiedName;
use pgwright_planner::{Plan, Statistics};
use pgwright_server::postgres::Client;
use pgwright_server::twin::{Parameters, Script, Twin};
use pgwright_server::{Options, Sandbox, StatisticsOptions, read_statistics};
use serde_json::Value;

const SCHEMA: &str = include_str!("kinds.sql");
const FILL: &str = include_str!("fill.sql");
const QUERIES: &str = include_str!("queries.sql");

/// One statement to a line.
fn lines(text: &str) -> Vec<(&str, usize)> {
    text.lines()
        .zip(1..)
        .filter(|(line, _)| !line.is_empty() && !line.starts_with("--"))
        .collect()
}

/// Statements that end at the end of a line.
fn statements(text: &str) -> Vec<&str> {
    text.split(";\n")
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .collect()
}

fn load(sandbox: &Sandbox) -> Client {
    sandbox.create_database("real").unwrap();
    let mut client = sandbox.connect("real").unwrap();
    client.batch_execute(SCHEMA).unwrap();
    for statement in statements(FILL) {
        client.batch_execute(statement).unwrap();
    }
    client
}

fn plan(client: &mut Client, sql: &str) -> Plan {
    let sql = format!(
        "EXPLAIN (FORMAT JSON, VERBOSE) {}",
        sql.trim_end_matches(';')
    );
    Plan::parse(client.query_one(&sql, &[]).unwrap().get::<_, Value>(0)).unwrap()
}

fn options() -> Options {
    let mut options = Options::default();
    options
        .settings
        .insert("work_mem".to_owned(), "16MB".to_owned());
    options
        .settings
        .insert("random_page_cost".to_owned(), "1.7".to_owned());
    options
}

fn script<'a>(statements: &'a [(&'a str, usize)]) -> Script<'a> {
    Script {
        name: "kinds.sql",
        roles: &[],
        statements,
    }
}

/// What differs between the plans of a real server and its twin.
fn differences(real: &mut Client, twin: &Twin) -> Vec<String> {
    let mut session = twin.session().unwrap();
    let mut found = Vec::new();
    for (sql, _) in lines(QUERIES) {
        let wanted = plan(real, sql);
        let got = session.explain(sql, Parameters::Generic).unwrap();
        let (a, b) = (wanted.cost(), got.cost());
        if wanted.root.shape() != got.root.shape() {
            found.push(format!(
                "{sql}\n  {}\n  {}",
                wanted.root.shape(),
                got.root.shape()
            ));
        } else if (a - b).abs() > a * 0.001 {
            found.push(format!("{sql}\n  costs {a} and on the twin {b}"));
        }
    }
    found
}

#[test]
fn plans_and_costs_are_those_of_the_real_server() {
    for server in common::servers() {
        let sandbox = Sandbox::start(&server, &options()).unwrap();
        let mut real = load(&sandbox);
        let read = read_statistics(&mut real, StatisticsOptions::default()).unwrap();
        assert_eq!(read.warnings, Vec::<String>::new());
        // What is written is read back.
        let statistics = Statistics::from_json(&read.statistics.to_json()).unwrap();
        assert_eq!(statistics, read.statistics);
        let schema = lines(SCHEMA);
        let twin = Twin::build(&server, script(&schema), &statistics).unwrap();
        assert_eq!(twin.notes(), Vec::<String>::new());
        let found = differences(&mut real, &twin);
        assert!(
            found.is_empty(),
            "PostgreSQL {}\n{}",
            server.version,
            found.join("\n")
        );
    }
}

#[test]
fn an_index_that_is_tried_is_planned_with_as_if_it_were_built() {
    let candidates = [
        (
            "shop.orders",
            "CREATE INDEX try ON shop.orders (status, placed_at)",
            "SELECT * FROM shop.orders WHERE status = 'cancelled' AND placed_at > '2024-03-01'",
        ),
        (
            "shop.orders",
            "CREATE INDEX try ON shop.orders (note)",
            "SELECT * FROM shop.orders WHERE note = 'x'",
        ),
        (
            "shop.orders",
            "CREATE INDEX try ON shop.orders (id) WHERE status = 'paid'",
            "SELECT count(*) FROM shop.orders WHERE status = 'paid' AND id < 500",
        ),
        (
            "shop.orders",
            "CREATE INDEX try ON shop.orders USING brin (id)",
            "SELECT count(*) FROM shop.orders WHERE id BETWEEN 50000 AND 51000",
        ),
        (
            "shop.orders",
            "CREATE INDEX try ON shop.orders ((token::text))",
            "SELECT * FROM shop.orders WHERE token::text = 'x'",
        ),
        (
            "shop.events",
            "CREATE INDEX try ON shop.events (kind, at)",
            "SELECT count(*) FROM shop.events WHERE kind = 'kind0' AND at < '2024-01-03'",
        ),
        (
            "shop.customers",
            "CREATE INDEX try ON shop.customers (joined)",
            "SELECT * FROM shop.customers WHERE joined = '2016-05-05'",
        ),
        (
            "shop.customers",
            "CREATE INDEX try ON shop.customers USING hash (code)",
            "SELECT * FROM shop.customers WHERE code = 'c9'",
        ),
    ];
    for server in common::servers() {
        // ANALYZE reads every row, so that running it again finds the same.
        let mut options = options();
        options
            .settings
            .insert("default_statistics_target".to_owned(), "600".to_owned());
        let sandbox = Sandbox::start(&server, &options).unwrap();
        let mut real = load(&sandbox);
        // The rows that came after ANALYZE are no news then.
        real.batch_execute("ANALYZE").unwrap();
        let read = read_statistics(&mut real, StatisticsOptions::default()).unwrap();
        let schema = lines(SCHEMA);
        let twin = Twin::build(&server, script(&schema), &read.statistics).unwrap();
        let mut session = twin.session().unwrap();
        for (table, statement, query) in candidates {
            let (schema, name) = table.split_once('.').unwrap();
            let before = session.explain(query, Parameters::Generic).unwrap();
            let table = QualifiedName::new(schema, name);
            let made = session.create_index(&table, statement).unwrap();
            let predicted = session.explain(query, Parameters::Generic).unwrap();
            real.batch_execute(statement).unwrap();
            if statement.contains("((") {
                // An expression gets statistics.
                real.batch_execute(&format!("ANALYZE {}", table.quoted()))
                    .unwrap();
            }
            let actual = plan(&mut real, query);
            let pages: i64 = real
                .query_one(
                    "SELECT sum(pg_relation_size(indexrelid))::bigint / 8192 FROM pg_stat_all_indexes \
                     WHERE indexrelname = 'try' OR indexrelname LIKE 'events\\__\\_kind%'",
                    &[],
                )
                .unwrap()
                .get(0);
            real.batch_execute("DROP INDEX shop.try").unwrap();
            eprintln!(
                "{} {statement}: {} pages, really {pages}; cost {:.1}, really {:.1}, before {:.1}",
                server.major,
                made.pages,
                predicted.cost(),
                actual.cost(),
                before.cost()
            );
            assert_eq!(predicted.root.shape(), actual.root.shape(), "{statement}");
            let (a, b) = (actual.cost(), predicted.cost());
            assert!(
                (a - b).abs() <= a * 0.05,
                "{statement}: {a} and on the twin {b}"
            );
            let pages = pages as f64;
            assert!(
                (made.pages as f64 - pages).abs() <= (pages * 0.15).max(2.0),
                "{statement}"
            );
            // Hidden and dropped, it is as if it had not been.
            let oids: Vec<u32> = made.parts.iter().copied().chain([made.oid]).collect();
            session.hide(&oids).unwrap();
            assert_eq!(session.explain(query, Parameters::Generic).unwrap(), before);
            session.show(&oids).unwrap();
            assert_eq!(
                session.explain(query, Parameters::Generic).unwrap(),
                predicted
            );
            session.drop_index(&made.name).unwrap();
            assert_eq!(session.explain(query, Parameters::Generic).unwrap(), before);
        }
    }
}

/// The server's log of changes, by which anything that is written moves on.
fn written(client: &mut Client) -> String {
    let row = client.query_one("SELECT pg_current_wal_insert_lsn()::text", &[]);
    row.unwrap().get(0)
}

#[test]
fn statistics_are_read_without_writing_anything() {
    for server in common::servers() {
        let sandbox = Sandbox::start(&server, &options()).unwrap();
        let mut real = load(&sandbox);
        // A role that may connect, and read what everybody may: the system catalogs.
        for statement in [
            "CREATE ROLE looker LOGIN",
            // Whoever reads a page tidies it up when there is something to tidy, and that is logged.
            "VACUUM",
            "ALTER SYSTEM SET default_transaction_read_only = on",
            "SELECT pg_reload_conf()",
            "CHECKPOINT",
        ] {
            real.batch_execute(statement).unwrap();
        }
        drop(real);
        let address = sandbox.conninfo("real");
        let as_looker = address.replace("user=postgres", "user=looker");
        let mut watcher = sandbox.connect("postgres").unwrap();
        let before = written(&mut watcher);
        let mut looker = pgwright_server::connect(&as_looker).unwrap();
        assert!(
            looker.batch_execute("CREATE TEMPORARY TABLE t ()").is_err(),
            "the server is in read-only mode"
        );
        let read = read_statistics(&mut looker, StatisticsOptions::default()).unwrap();
        let mut owner = pgwright_server::connect(&address).unwrap();
        let whole = read_statistics(&mut owner, StatisticsOptions::default()).unwrap();
        assert_eq!(
            written(&mut watcher),
            before,
            "PostgreSQL {}",
            server.version
        );

        // Sizes are everybody's to know; values only of those who may read them.
        let orders = QualifiedName::new("shop", "orders");
        let (seen, all) = (
            &read.statistics.tables[&orders],
            &whole.statistics.tables[&orders],
        );
        assert_eq!((seen.rows, seen.file_pages), (all.rows, all.file_pages));
        assert!(seen.columns.is_empty() && !all.columns.is_empty());
        let unseen = "column statistics are not to be seen";
        assert!(
            read.warnings.iter().any(|w| w.contains(unseen)),
            "{:?}",
            read.warnings
        );
        let schema = lines(SCHEMA);
        let twin = Twin::build(&server, script(&schema), &read.statistics).unwrap();
        let mut session = twin.session().unwrap();
        let plan = session
            .explain("SELECT * FROM shop.orders", Parameters::Generic)
            .unwrap();
        assert!((plan.root.rows / all.rows.unwrap() - 1.0).abs() < 0.05);
    }
}
