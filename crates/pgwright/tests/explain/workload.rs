//! `pgwright explain --workload`: statements that a server counted and logged, and files, from there to their plans.

use std::fs;
use std::time::{Duration, Instant};

use pgwright_server::{Options, Sandbox, discover, select};
use serde_json::Value;

use super::{Folder, ROWS, json, printed, run, schema, text};

/// A server that counts and logs every statement, when it has what it takes.
fn counting() -> Option<Sandbox> {
    let servers = select(&discover(None).unwrap(), &[]).unwrap_or_default();
    let Some(server) = servers.iter().find(|s| s.major >= 15) else {
        eprintln!("skipped: no PostgreSQL server from 15 on found");
        return None;
    };
    let mut options = Options::default();
    for (name, value) in [
        ("shared_preload_libraries", "pg_stat_statements"),
        ("logging_collector", "on"),
        ("log_destination", "stderr,csvlog,jsonlog"),
        ("log_filename", "all.log"),
        ("log_min_duration_statement", "0"),
    ] {
        options.settings.insert(name.to_owned(), value.to_owned());
    }
    let Ok(sandbox) = Sandbox::start(server, &options) else {
        eprintln!("skipped: this server has no pg_stat_statements");
        return None;
    };
    let mut client = sandbox.connect("postgres").unwrap();
    let statements = fs::read_to_string(schema()).unwrap();
    client.batch_execute(&statements).unwrap();
    client.batch_execute(ROWS).unwrap();
    client.batch_execute("VACUUM ANALYZE").unwrap();
    client
        .batch_execute("CREATE EXTENSION pg_stat_statements")
        .unwrap();
    for number in 0..5i64 {
        client
            .query("SELECT * FROM orders WHERE customer_id = $1", &[&number])
            .unwrap();
        client
            .batch_execute(&format!(
                "BEGIN; UPDATE customers SET country = 'x' WHERE id = {number}; ROLLBACK"
            ))
            .unwrap();
    }
    Some(sandbox)
}

fn statements(document: &Value) -> Vec<(String, String)> {
    let queries = document["queries"].as_array().unwrap();
    let of = |query: &Value| {
        assert_eq!(query["error"], Value::Null, "{query}");
        assert!(query["plans"][0]["cost"].as_f64().unwrap() > 0.0);
        let text = query["sql"].as_str().unwrap().to_owned();
        (text, query["workload"]["form"].as_str().unwrap().to_owned())
    };
    // Of a function that takes several types, a counter's `$1` does not tell which.
    let told = |query: &&Value| !query["sql"].as_str().unwrap().contains("generate_series");
    queries.iter().filter(told).map(of).collect()
}

#[test]
fn what_a_server_counted_and_logged_is_planned() {
    let Some(sandbox) = counting() else { return };
    let address = sandbox.conninfo("postgres");
    let counted = statements(&json(&["explain", &address, "--workload", &address]));
    for expected in [
        "SELECT * FROM orders WHERE customer_id = $1",
        "UPDATE customers SET country = $1 WHERE id = $2",
    ] {
        let forms: Vec<&str> = counted
            .iter()
            .filter(|(sql, _)| sql == expected)
            .map(|(_, form)| form.as_str())
            .collect();
        assert!(forms.contains(&"generic"), "{expected}: {counted:?}");
        assert!(forms.contains(&"common"), "{expected}: {counted:?}");
    }

    // The log comes through a process of its own.
    let logs = sandbox.data_dir().join("log");
    let started = Instant::now();
    let mut missing = vec!["all.log", "all.csv", "all.json"];
    while !missing.is_empty() && started.elapsed() < Duration::from_secs(20) {
        missing.retain(|name| {
            let bytes = fs::read(logs.join(name)).unwrap_or_default();
            !text(&bytes).contains("id = 4")
        });
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(missing, Vec::<&str>::new());
    for name in ["all.log", "all.csv", "all.json"] {
        let file = logs.join(name).to_string_lossy().into_owned();
        let logged = statements(&json(&["explain", &address, "--workload", &file]));
        let of = |expected: &str| -> Vec<&str> {
            let same = logged.iter().filter(|(sql, _)| sql == expected);
            same.map(|(_, form)| form.as_str()).collect()
        };
        assert_eq!(
            of("SELECT * FROM orders WHERE customer_id = $1"),
            ["seen 1", "seen 2", "seen 3", "generic"],
            "{name}: {logged:?}"
        );
        assert_eq!(
            of("UPDATE customers SET country = 'x' WHERE id = $1"),
            ["seen 1", "seen 2", "seen 3", "generic"],
            "{name}: {logged:?}"
        );
    }
}

#[test]
fn what_is_not_planned_is_listed_and_fails_nothing() {
    if discover(None).unwrap_or_default().is_empty() {
        eprintln!("skipped: no PostgreSQL server found");
        return;
    }
    let folder = Folder::new("workload");
    let file = folder.file("shop.sql");
    let workload = "-- calls: 3/s\n-- name: of one customer\nSELECT * FROM orders WHERE customer_id = :customer;\n\
                    SELECT nothing FROM orders;\nSELEC 1;\n";
    fs::write(&file, workload).unwrap();
    let schema = schema();
    let schema = schema.to_str().unwrap();
    let sizes = folder.file("sizes.md");
    fs::write(
        &sizes,
        "customers 200,000 · orders 8 million rows (200,000 customers; colour red 5 %)\n",
    )
    .unwrap();
    let arguments = ["explain", schema, "--stats", &sizes, "--workload", &file];
    let output = run(&arguments);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{err}");
    assert!(out.contains("── of one customer, generic"), "{out}");
    assert!(
        out.contains("not planned: column \"nothing\" does not exist"),
        "{out}"
    );
    assert!(out.contains("129.6 k"), "{out}");
    assert!(
        err.contains("shop.sql:5: syntax error at or near \"SELEC\""),
        "{err}"
    );
    assert!(
        err.contains("public.orders has no column `colour`"),
        "{err}"
    );
    // The document has the statement that has no plan, and why.
    let document: Value =
        serde_json::from_str(&printed(&[&arguments[..], &["--format", "json"]].concat())).unwrap();
    let errors: Vec<&Value> = document["queries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|q| q["error"] != Value::Null)
        .collect();
    assert_eq!(errors.len(), 1);
}
