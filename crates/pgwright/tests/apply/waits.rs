//! Locks: bounded waits, others that are not held up, and deadlocks that the application does not pay for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pgwright_server::postgres::Client;
use serde_json::json;

use crate::common::{Case, Ended, build, eventually, locking, newest, own, shared};

const FROM: &str = "CREATE TABLE t (id int); CREATE TABLE u (id int);";
const TO: &str = "CREATE TABLE t (id int, a int); CREATE TABLE u (id int, b int);";

/// Two tables in one transaction.
fn both() -> serde_json::Value {
    json!([
        locking(
            shared("ALTER TABLE public.t ADD COLUMN a int;"),
            "public.t",
            "access_exclusive"
        ),
        locking(
            shared("ALTER TABLE public.u ADD COLUMN b int;"),
            "public.u",
            "access_exclusive"
        ),
    ])
}

/// Reads as fast as it can until told to stop: the longest read.
fn longest_read(mut client: Client, sql: &str, stop: &AtomicBool) -> Duration {
    let mut longest = Duration::ZERO;
    while !stop.load(Ordering::SeqCst) {
        let begun = Instant::now();
        client.batch_execute(sql).unwrap();
        longest = longest.max(begun.elapsed());
        std::thread::sleep(Duration::from_millis(2));
    }
    longest
}

#[test]
fn nobody_waits_longer_than_the_lock_timeout_for_us() {
    let Some(sandbox) = newest() else { return };
    // Held on the first table, or on the second one while we have the first.
    for held in ["t", "u"] {
        let case = Case::new(&sandbox, FROM, TO, json!({"up": both()}));
        let mut holder = case.connect();
        holder
            .batch_execute(&format!("BEGIN; SELECT * FROM {held}"))
            .unwrap();
        let stop = AtomicBool::new(false);
        let (on_t, on_u) = (case.connect(), case.connect());
        let (ended, longest) = std::thread::scope(|scope| {
            let readers = [
                scope.spawn(|| longest_read(on_t, "SELECT id FROM t", &stop)),
                scope.spawn(|| longest_read(on_u, "SELECT id FROM u", &stop)),
            ];
            let mut running = case.start(&["--lock-timeout", "500ms"]);
            running.until("(4 of 30)");
            holder.batch_execute("COMMIT").unwrap();
            let ended = running.end();
            stop.store(true, Ordering::SeqCst);
            (ended, readers.map(|reader| reader.join().unwrap()))
        });
        ended.expect(
            0,
            &["it waited for process", "trying again in", "attempts)"],
        );
        case.assert_is("to.json");
        eprintln!("{held} held: longest reads {longest:?}");
        for longest in longest {
            assert!(longest <= Duration::from_millis(700), "{longest:?}");
        }
    }
}

#[test]
fn it_gives_up_after_its_retries_and_says_who_was_in_the_way() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(&sandbox, FROM, TO, json!({"up": both()}));
    let mut holder = case.connect();
    holder
        .batch_execute("SET application_name = 'stubborn'; BEGIN; SELECT * FROM u")
        .unwrap();
    case.apply(&["--lock-timeout", "200ms", "--retries", "2"])
        .expect(
            1,
            &[
                "gave up after 3 attempts",
                "it waited for process",
                "stubborn",
                "`--retries` tries longer",
                "nothing was changed",
            ],
        );
    holder.batch_execute("COMMIT").unwrap();
    case.assert_is("from.json");
    case.apply(&[]).expect(0, &[]);
    case.assert_is("to.json");
}

#[test]
fn a_deadlock_is_ours_to_lose() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(&sandbox, FROM, TO, json!({"up": both()}));
    // The application takes the tables the other way round.
    let mut holder = case.connect();
    holder.batch_execute("BEGIN; SELECT * FROM u").unwrap();
    let child = case.command(&["--lock-timeout", "5s"]).spawn().unwrap();
    let mut client = case.connect();
    eventually("it has t and waits for u", || {
        let waiting =
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'u'::regclass";
        client.query_one(waiting, &[]).unwrap().get::<_, i64>(0) > 0
    });
    holder.batch_execute("SELECT * FROM t; COMMIT").unwrap();
    Ended::of(child.wait_with_output().unwrap()).expect(0, &["trying again in"]);
    case.assert_is("to.json");
}

#[test]
fn a_build_waits_for_a_transaction_without_starting_over() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(
        &sandbox,
        "CREATE TABLE t (id int);",
        "CREATE TABLE t (id int); CREATE INDEX i ON t (id);",
        json!({"up": [build("CREATE INDEX CONCURRENTLY i ON public.t (id);", "i")]}),
    );
    let mut holder = case.connect();
    holder
        .batch_execute("BEGIN; INSERT INTO t VALUES (1)")
        .unwrap();
    let child = case.command(&["--lock-timeout", "200ms"]).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(2));
    holder.batch_execute("COMMIT").unwrap();
    let ended = Ended::of(child.wait_with_output().unwrap());
    ended.expect(0, &["1/1 create index public.i"]);
    assert!(!ended.stderr.contains("attempts"), "{}", ended.stderr);
    case.assert_is("to.json");
}

#[test]
fn a_build_that_times_out_leaves_no_invalid_index() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(
        &sandbox,
        "CREATE TABLE t (id int);",
        "CREATE TABLE t (id int); CREATE INDEX i ON t (id);",
        json!({"up": [build("CREATE INDEX CONCURRENTLY i ON public.t (id);", "i")]}),
    );
    let mut holder = case.connect();
    holder
        .batch_execute("BEGIN; INSERT INTO t VALUES (1)")
        .unwrap();
    // Sixty times ten milliseconds.
    let child = case.command(&["--lock-timeout", "10ms"]).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(3));
    holder.batch_execute("COMMIT").unwrap();
    Ended::of(child.wait_with_output().unwrap()).expect(0, &["trying again in", "attempts)"]);
    case.assert_is("to.json");
}

#[test]
fn control_c_stops_at_a_safe_point_and_the_same_command_goes_on() {
    use std::os::unix::process::ExitStatusExt;
    let Some(sandbox) = newest() else { return };
    let case = Case::new(
        &sandbox,
        "CREATE TABLE t (id int); CREATE TABLE u (id int);",
        "CREATE TABLE t (id int); CREATE TABLE u (id int, a int); CREATE INDEX i ON t (id);",
        json!({"up": [
            own(shared("ALTER TABLE public.u ADD COLUMN a int;")),
            build("CREATE INDEX CONCURRENTLY i ON public.t (id);", "i"),
        ]}),
    );
    let mut holder = case.connect();
    holder
        .batch_execute("BEGIN; INSERT INTO t VALUES (1)")
        .unwrap();
    let child = case.command(&[]).spawn().unwrap();
    let mut client = case.connect();
    let mut invalid = || {
        let sql = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
        client.query_one(sql, &[]).unwrap().get::<_, i64>(0)
    };
    eventually("the build waits", || invalid() > 0);
    let interrupted = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    // Taking the half-built index away waits for the writer, too.
    let releasing = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        holder.batch_execute("COMMIT").unwrap();
    });
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), None);
    Ended::of(output).expect(1, &["stopped: 1 of 2 units done", "goes on from here"]);
    releasing.join().unwrap();
    assert_eq!(invalid(), 0);
    case.apply(&[]).expect(0, &["going on", "2/2"]);
    case.assert_is("to.json");
}

#[test]
fn a_partition_that_is_half_detached_is_finalized() {
    let Some(sandbox) = newest() else { return };
    let parts = |p1: &str| {
        format!(
            "CREATE TABLE p (at int) PARTITION BY RANGE (at);
             CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20); {p1}"
        )
    };
    let case = Case::new(
        &sandbox,
        &parts("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"),
        &parts("CREATE TABLE p1 (at int);"),
        json!({"up": [
            {"sql": "ALTER TABLE public.p DETACH PARTITION public.p1 CONCURRENTLY;",
             "object": "table public.p1", "action": "alter", "transaction": "outside",
             "locks": [{"table": "public.p", "level": "share_update_exclusive"},
                       {"table": "public.p1", "level": "access_exclusive"}],
             "resume": {"kind": "detach_partition", "schema": "public", "name": "p1",
                        "parent_schema": "public", "parent": "p"}},
            shared("ALTER TABLE public.p1 DROP CONSTRAINT p1_at_check;"),
        ]}),
    );
    let mut holder = case.connect();
    holder
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM p")
        .unwrap();
    let mut running = case.start(&["--lock-timeout", "300ms"]);
    let mut client = case.connect();
    eventually("it is half detached", || {
        let pending = "SELECT count(*) FROM pg_inherits WHERE inhdetachpending";
        client.query_one(pending, &[]).unwrap().get::<_, i64>(0) > 0
    });
    running.until("(2 of 30)");
    holder.batch_execute("COMMIT").unwrap();
    running.end().expect(0, &["trying again in"]);
    case.assert_is("to.json");
}
