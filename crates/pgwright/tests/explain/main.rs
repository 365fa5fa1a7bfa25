//! `pgwright stats` and `pgwright explain`, from the command line to what they print.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod workload;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pgwright_server::{Options, Sandbox, discover, select};
use serde_json::Value;

const ROWS: &str = "
    INSERT INTO customers SELECT i, 'person' || i || '@example.org', 'land' || i % 9 FROM generate_series(1, 3000) i;
    INSERT INTO orders SELECT i, 1 + i % 3000, TIMESTAMPTZ '2023-01-01' + i * interval '20 minutes', 'note ' || i
    FROM generate_series(1, 40000) i";

fn schema() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain/shop.sql")
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pgwright"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What it prints, when all is well.
fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(&[arguments, &["--format", "json"]].concat())).unwrap()
}

fn sandbox() -> Option<Sandbox> {
    let servers = select(&discover(None).unwrap(), &[]).unwrap_or_default();
    let Some(server) = servers.first() else {
        eprintln!("skipped: no PostgreSQL server found");
        return None;
    };
    let sandbox = Sandbox::start(server, &Options::default()).unwrap();
    let mut client = sandbox.connect("postgres").unwrap();
    let statements = std::fs::read_to_string(schema()).unwrap();
    client.batch_execute(&statements).unwrap();
    client.batch_execute(ROWS).unwrap();
    client.batch_execute("VACUUM ANALYZE").unwrap();
    client.batch_execute("CHECKPOINT").unwrap();
    Some(sandbox)
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("pgwright-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_of_statistics_gives_the_plans_of_the_server() {
    let Some(sandbox) = sandbox() else { return };
    let folder = Folder::new("stats");
    let (address, file) = (sandbox.conninfo("postgres"), folder.file("shop.json"));
    printed(&["stats", &address, "-o", &file]);
    let schema = schema();
    let query = "SELECT * FROM orders o JOIN customers c ON c.id = o.customer_id \
                 WHERE o.placed_at > '2024-07-01' AND c.country = 'land3'";
    let version = sandbox.major().to_string();
    let from_file = json(&[
        "explain",
        schema.to_str().unwrap(),
        "--stats",
        &file,
        "--query",
        query,
        "--pg",
        &version,
    ]);
    let from_server = json(&["explain", &address, "--query", query]);
    assert_eq!(
        from_file["queries"][0]["plans"],
        from_server["queries"][0]["plans"]
    );
    let mut real = sandbox.connect("postgres").unwrap();
    let row = real
        .query_one(&format!("EXPLAIN (FORMAT JSON) {query}"), &[])
        .unwrap();
    let plan: Value = row.get(0);
    let (real, twin) = (
        &plan[0]["Plan"],
        &from_file["queries"][0]["plans"][0]["plan"],
    );
    assert_eq!(real["Node Type"], twin["node_type"]);
    let cost = |v: &Value| v.as_f64().unwrap();
    assert!((cost(&real["Total Cost"]) / cost(&twin["total_cost"]) - 1.0).abs() < 0.001);

    // Twice the time at the same pace is twice the rows, and the latest come later.
    let count = [
        "explain",
        schema.to_str().unwrap(),
        "--stats",
        &file,
        "--query",
        "SELECT * FROM orders",
    ];
    let rows = |document: Value| {
        document["queries"][0]["plans"][0]["plan"]["rows"]
            .as_f64()
            .unwrap()
    };
    assert_eq!(rows(json(&count)), 40_000.0);
    let later = rows(json(&[count.as_slice(), &["--in", "18m"]].concat()));
    assert!((75_000.0..81_000.0).contains(&later), "{later}");
}

#[test]
fn redacted_statistics_hold_no_value_and_give_the_same_joins() {
    let Some(sandbox) = sandbox() else { return };
    let folder = Folder::new("redact");
    let (address, file) = (sandbox.conninfo("postgres"), folder.file("shop.json"));
    printed(&["stats", &address, "-o", &file, "--redact"]);
    let written = std::fs::read_to_string(&file).unwrap();
    for value in ["person", "land", "2023", "note "] {
        assert!(!written.contains(value), "{value} is in it");
    }
    let query =
        "SELECT * FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.email = $1";
    let redacted = json(&["explain", &address, "--stats", &file, "--query", query]);
    let open = json(&["explain", &address, "--query", query]);
    assert_eq!(redacted["queries"][0]["plans"], open["queries"][0]["plans"]);
}

#[test]
fn sizes_are_compared_and_the_flip_is_found() {
    let servers = select(&discover(None).unwrap(), &[]).unwrap_or_default();
    if servers.is_empty() {
        eprintln!("skipped: no PostgreSQL server found");
        return;
    }
    let schema = schema();
    let arguments = [
        "explain",
        schema.to_str().unwrap(),
        "--rows",
        "orders=10,1e8,customers=1e6",
        "--query",
        "SELECT * FROM orders WHERE customer_id = 5",
    ];
    let shown = printed(&arguments);
    for part in [
        "orders=10",
        "orders=1e8",
        "Index Scan using orders_customer on orders",
        "the plan flips between orders=10 and orders=1e8, at about",
        "  orders: Seq Scan →",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let document = json(&arguments);
    assert_eq!(document["format"], 1);
    let plans = document["queries"][0]["plans"].as_array().unwrap();
    assert_eq!(plans.len(), 2);
    assert!(plans[0]["cost"].as_f64() < plans[1]["cost"].as_f64());
    assert_eq!(printed(&arguments), shown, "it is the same at every run");
}

#[test]
fn what_is_wrong_is_said_at_once_with_a_hint() {
    let schema = schema();
    let schema = schema.to_str().unwrap();
    for (arguments, parts) in [
        (
            vec![
                "explain",
                schema,
                "--query",
                "SELECT 1",
                "--rows",
                "nix=1,orders=many",
            ],
            vec![
                "there is no table nix",
                "`orders=many` is no number of rows",
                "hint: ",
            ],
        ),
        (
            vec![
                "explain",
                schema,
                "--query",
                "SELEC 1",
                "--query",
                "SELECT FROM WHERE",
            ],
            vec!["query 1: ", "query 2: ", "syntax error"],
        ),
        (
            vec!["explain", schema, "--query", "missing.sql"],
            vec!["missing.sql: there is no such file"],
        ),
        (vec!["stats", schema], vec!["is no server", "hint: "]),
        (
            vec!["explain", schema, "--query", "SELECT 1", "--stats", schema],
            vec!["shop.sql: no pg_restore_relation_stats", "hint: "],
        ),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = text(&output.stderr);
        for part in parts {
            assert!(said.contains(part), "{part} is not in\n{said}");
        }
    }
}
