//! What is refused before anything is begun.

use std::time::Duration;

use serde_json::json;

use crate::common::{Case, build, hazardous, locking, newest, own, servers, shared, start};

const FROM: &str = "CREATE TABLE t (id int, a int);";
const TO: &str = "CREATE TABLE t (id int);";

fn drop_column() -> serde_json::Value {
    let step = shared("ALTER TABLE public.t DROP COLUMN a;");
    locking(step, "public.t", "access_exclusive")
}

#[test]
fn hazards_must_be_allowed_by_name() {
    let Some(sandbox) = newest() else { return };
    let step = hazardous(drop_column(), "loses_data");
    let case = Case::new(
        &sandbox,
        FROM,
        TO,
        json!({"up": [step], "hazards": ["loses_data"]}),
    );
    case.apply(&[]).expect(
        1,
        &[
            "loses-data:",
            "step 1: alter table public.t",
            "--allow loses-data",
        ],
    );
    case.apply(&["--allow", "rewrites-table"]).expect(1, &[]);
    case.assert_is("from.json");
    case.apply(&["--dry-run"])
        .expect(1, &["fail  every hazard is allowed by name"]);
    case.apply(&["--allow", "loses_data"]).expect(0, &[]);
    case.assert_is("to.json");
}

#[test]
fn drift_is_refused_and_shown() {
    for server in servers() {
        let sandbox = start(&server, &[]);
        let case = Case::new(&sandbox, FROM, TO, json!({"up": [drop_column()]}));
        case.connect()
            .batch_execute(
                "ALTER TABLE t ALTER COLUMN id TYPE bigint; ALTER TABLE t ADD COLUMN x text;
                 CREATE TABLE more (); CREATE INDEX ON t (a)",
            )
            .unwrap();
        case.apply(&[]).expect(
            1,
            &[
                "table public.more: not expected, but there",
                "table public.t, column id, data_type: expected \"integer\", found \"bigint\"",
                "table public.t, column x: not expected",
                "table public.t, index t_a_idx: not expected",
            ],
        );
        case.assert_clean();
        let drifted = case.apply(&["--ignore-drift"]);
        drifted.expect(
            0,
            &[
                "going on, as --ignore-drift asks",
                "warning: the plan is through",
            ],
        );
    }
}

#[test]
fn an_old_transaction_with_a_lock_is_refused_or_waited_for() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(&sandbox, FROM, TO, json!({"up": [drop_column()]}));
    let mut other = case.connect();
    other
        .batch_execute("SET application_name = 'reporting'; BEGIN; SELECT * FROM t")
        .unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    case.apply(&["--older-than", "1s"]).expect(
        1,
        &[
            "an old transaction: process",
            "reporting",
            "idle in transaction",
            "AccessShareLock on t",
            "pg_terminate_backend",
        ],
    );
    case.assert_is("from.json");

    let mut waiting = case.start(&["--older-than", "1s", "--wait", "60s"]);
    waiting.until("waiting up to 1 min 0 s");
    other.batch_execute("COMMIT").unwrap();
    waiting.end().expect(0, &[]);
    case.assert_is("to.json");
}

#[test]
fn transactions_that_are_not_in_the_way_are_not() {
    let Some(sandbox) = newest() else { return };
    let from = format!("{FROM} CREATE TABLE u (id int);");
    let to = format!("{TO} CREATE TABLE u (id int);");
    let case = Case::new(&sandbox, &from, &to, json!({"up": [drop_column()]}));
    let mut other = case.connect();
    other
        .batch_execute("BEGIN; LOCK TABLE u IN EXCLUSIVE MODE")
        .unwrap();
    case.apply(&["--older-than", "0s"]).expect(0, &[]);
    case.assert_is("to.json");
}

#[test]
fn a_concurrent_build_is_held_up_by_any_old_snapshot() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(
        &sandbox,
        "CREATE TABLE t (id int); CREATE TABLE u ();",
        "CREATE TABLE t (id int); CREATE TABLE u (); CREATE INDEX i ON t (id);",
        json!({"up": [build("CREATE INDEX CONCURRENTLY i ON public.t (id);", "i")]}),
    );
    let mut other = case.connect();
    other
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM u")
        .unwrap();
    case.apply(&["--older-than", "0s"])
        .expect(1, &["its snapshot holds up concurrent builds"]);
    other.batch_execute("COMMIT").unwrap();
    case.apply(&["--older-than", "0s"]).expect(0, &[]);
    case.assert_is("to.json");
}

#[test]
fn dumps_prepared_transactions_and_invalid_indexes_are_refused() {
    let Some(server) = servers().into_iter().next() else {
        return;
    };
    let sandbox = start(&server, &[("max_prepared_transactions", "2")]);
    let case = Case::new(
        &sandbox,
        "CREATE TABLE t (id int, a int); INSERT INTO t VALUES (1), (1);",
        TO,
        json!({"up": [drop_column()]}),
    );
    let mut dump = case.connect();
    dump.batch_execute("SET application_name = 'pg_dump'; BEGIN; SELECT * FROM t;")
        .unwrap();
    case.apply(&[]).expect(1, &["a dump: process"]);
    drop(dump);

    let mut client = case.connect();
    client
        .batch_execute("BEGIN; INSERT INTO t VALUES (2); PREPARE TRANSACTION 'half'")
        .unwrap();
    case.apply(&[]).expect(
        1,
        &[
            "prepared transaction 'half' of postgres",
            "ROLLBACK PREPARED 'half'",
        ],
    );
    client.batch_execute("ROLLBACK PREPARED 'half'").unwrap();

    let built = client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY bad ON t (id)");
    assert!(built.is_err());
    case.apply(&[]).expect(
        1,
        &[
            "index public.bad of public.t is INVALID",
            "DROP INDEX CONCURRENTLY public.bad",
        ],
    );
    client.batch_execute("DROP INDEX CONCURRENTLY bad").unwrap();
    case.apply(&[]).expect(0, &[]);
    case.assert_is("to.json");
}

#[test]
fn two_runs_do_not_run_beside_each_other() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(
        &sandbox,
        FROM,
        TO,
        json!({"up": [own(shared("SELECT pg_sleep(8);")), drop_column()]}),
    );
    let first = case.command(&[]).spawn().unwrap();
    let mut client = case.connect();
    crate::common::eventually("the first runs", || {
        let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(8);'";
        client.query_one(sleeping, &[]).unwrap().get::<_, i64>(0) > 0
    });
    case.apply(&[]).expect(
        1,
        &[
            "another `pgwright apply` is at work in case_",
            "(pgwright apply, role postgres)",
        ],
    );
    crate::common::Ended::of(first.wait_with_output().unwrap()).expect(0, &[]);
    case.assert_is("to.json");
}

#[test]
fn a_plan_for_a_newer_server_is_refused() {
    for server in servers().into_iter().filter(|server| server.major < 18) {
        let sandbox = start(&server, &[]);
        let case = Case::new(
            &sandbox,
            FROM,
            TO,
            json!({"up": [drop_column()], "target": 18}),
        );
        case.apply(&[])
            .expect(1, &["the plan is for PostgreSQL 18", "--pg 15"]);
    }
}

#[test]
fn wrong_input_is_told_and_no_password_is() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(&sandbox, FROM, TO, json!({"up": [drop_column()]}));
    let mut command = case.command(&[]);
    command.args(["--lock-timeout", "0"]);
    crate::common::Ended::of(command.output().unwrap()).expect(2, &["at least 1ms"]);
    std::fs::write(case.directory.join("to.json"), "{").unwrap();
    case.apply(&[]).expect(2, &["to.json: EOF", "line 1"]);
    std::fs::remove_file(case.directory.join("to.json")).unwrap();
    case.apply(&[])
        .expect(2, &["to.json", "hint: name the directory"]);
    case.write("to.json", &json!({}));
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_pgwright"))
        .arg("apply")
        .arg(&case.directory)
        .args(["--to", "postgres://me:hush@127.0.0.1:1/nowhere"])
        .output()
        .unwrap();
    let ended = crate::common::Ended::of(ended);
    ended.expect(3, &["connecting to host=127.0.0.1"]);
    assert!(!ended.stderr.contains("hush"));
}
