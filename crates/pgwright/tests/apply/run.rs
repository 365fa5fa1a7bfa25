//! Plans that run to their end, and back.

use serde_json::{Value, json};

use crate::common::{Case, backfill, build, locking, newest, own, servers, shared, start};

const FROM: &str = "
    CREATE TABLE t (id bigint PRIMARY KEY, a integer NOT NULL);
    INSERT INTO t SELECT n, n % 100 FROM generate_series(1, 5000) AS n;";

const TO: &str = "
    CREATE TABLE t (id bigint PRIMARY KEY, a integer NOT NULL, b bigint NOT NULL);
    CREATE INDEX t_b_idx ON t (b);
    CREATE TABLE u (t_id bigint REFERENCES t (id));";

pub fn steps() -> Value {
    let exclusive = |step| locking(step, "public.t", "access_exclusive");
    json!([
        shared("SET check_function_bodies = off;"),
        exclusive(shared("ALTER TABLE public.t ADD COLUMN b bigint;")),
        locking(
            shared("CREATE TABLE public.u (t_id bigint REFERENCES public.t (id));"),
            "public.t",
            "share_row_exclusive"
        ),
        backfill(
            "UPDATE public.t SET b = a WHERE id IN
                 (SELECT id FROM public.t WHERE b IS NULL ORDER BY id LIMIT 500)",
            1,
            "SELECT count(*) FROM public.t WHERE b IS NULL",
        ),
        exclusive(own(shared(
            "ALTER TABLE public.t ADD CONSTRAINT c CHECK (b IS NOT NULL) NOT VALID;"
        ))),
        locking(
            own(shared("ALTER TABLE public.t VALIDATE CONSTRAINT c;")),
            "public.t",
            "share_update_exclusive"
        ),
        exclusive(own(shared(
            "ALTER TABLE public.t ALTER COLUMN b SET NOT NULL;"
        ))),
        exclusive(shared("ALTER TABLE public.t DROP CONSTRAINT c;")),
        build(
            "CREATE INDEX CONCURRENTLY t_b_idx ON public.t (b);",
            "t_b_idx"
        ),
    ])
}

fn back() -> Value {
    json!([
        {"sql": "DROP INDEX CONCURRENTLY public.t_b_idx;", "object": "index public.t_b_idx",
         "action": "drop", "transaction": "outside",
         "locks": [{"table": "public.t", "level": "share_update_exclusive"}],
         "resume": {"kind": "drop_index", "schema": "public", "name": "t_b_idx"}},
        locking(shared("DROP TABLE public.u;"), "public.t", "access_exclusive"),
        locking(shared("ALTER TABLE public.t DROP COLUMN b;"), "public.t", "access_exclusive"),
    ])
}

#[test]
fn a_plan_runs_to_its_end_and_back() {
    for server in servers() {
        let sandbox = start(&server, &[]);
        let case = Case::new(&sandbox, FROM, TO, json!({"up": steps(), "down": back()}));
        let up = case.apply(&[]);
        up.expect(
            0,
            &[
                "1/7 3 statements",
                "5000 rows",
                "7/7 create index public.t_b_idx",
                "the database is what the plan leads to",
            ],
        );
        case.assert_is("to.json");
        let wrong: i64 = case
            .connect()
            .query_one("SELECT count(*) FROM t WHERE b <> a", &[])
            .unwrap()
            .get(0);
        assert_eq!(wrong, 0);
        case.apply(&[]).expect(0, &["nothing to do"]);
        case.apply(&["--down"])
            .expect(0, &["the database is what it was before the plan"]);
        case.assert_is("from.json");
        case.apply(&["--down"]).expect(0, &["nothing to do"]);
    }
}

#[test]
fn what_is_kept_aside_is_no_difference_until_it_is_contracted() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(
        &sandbox,
        "CREATE TABLE t (id int, gone text); CREATE TABLE old (id int);",
        "CREATE TABLE t (id int);",
        json!({
            "up": [
                shared("ALTER TABLE public.t RENAME gone TO pgwright_aside_gone;"),
                shared("CREATE SCHEMA pgwright_aside;"),
                shared("ALTER TABLE public.old SET SCHEMA pgwright_aside;"),
                shared("ALTER TABLE pgwright_aside.old RENAME TO \"public.old\";"),
            ],
            "down": [
                shared("ALTER TABLE public.t RENAME pgwright_aside_gone TO gone;"),
                shared("ALTER TABLE pgwright_aside.\"public.old\" RENAME TO old;"),
                shared("ALTER TABLE pgwright_aside.old SET SCHEMA public;"),
                shared("DROP SCHEMA pgwright_aside;"),
            ],
            "contract": [
                shared("ALTER TABLE public.t DROP COLUMN pgwright_aside_gone;"),
                shared("DROP TABLE pgwright_aside.\"public.old\";"),
                shared("DROP SCHEMA pgwright_aside;"),
            ],
        }),
    );
    case.apply(&[]).expect(0, &[]);
    case.apply(&["--down"]).expect(0, &[]);
    case.assert_is("from.json");
    case.apply(&[]).expect(0, &[]);
    case.apply(&[]).expect(0, &["nothing to do"]);
    case.apply(&["--contract"])
        .expect(0, &["what was kept aside is gone"]);
    case.assert_is("to.json");
    case.apply(&["--contract"]).expect(0, &["nothing to do"]);
    case.apply(&["--down", "--dry-run"])
        .expect(0, &["the way back makes it anew, without its data"]);
}

#[test]
fn a_dry_run_shows_everything_and_changes_nothing() {
    let Some(sandbox) = newest() else { return };
    let question = json!({"question": "Was `x` renamed to `b`?", "default": "It was not."});
    let case = Case::new(
        &sandbox,
        FROM,
        TO,
        json!({"up": steps(), "questions": [question]}),
    );
    let dry = case.apply(&["--dry-run"]);
    dry.expect(
        0,
        &[
            "plan case (up, fingerprint",
            "note  the plan asks: Was `x` renamed to `b`? It takes for granted: It was not.",
            "ok    the database is what the plan was made for",
            "ok    nothing would hold the plan up",
            "unit 1 of 7: 3 statements in one transaction",
            "lock on public.t: ACCESS EXCLUSIVE",
            "waits 2 s at most, 30 retries",
            "batches, each in a transaction",
            "CREATE INDEX CONCURRENTLY t_b_idx",
            "waits 2 min 0 s at most",
        ],
    );
    case.assert_is("from.json");
}

#[test]
fn json_tells_what_was_done() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(&sandbox, FROM, TO, json!({"up": steps()}));
    let ended = case.apply(&["--format", "json"]);
    ended.expect(0, &[]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["outcome"], "applied");
    assert_eq!(report["units"].as_array().unwrap().len(), 7);
    assert_eq!(report["units"][1]["rows"], 5000);
    assert_eq!(report["units"][6]["state"], "done");
    let keys: Vec<&String> = report.as_object().unwrap().keys().collect();
    let schema = include_str!("../../../../schemas/apply.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let known: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys, known, "schemas/apply.schema.json");
}

#[test]
fn a_failure_leaves_what_is_done_and_the_same_command_goes_on() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(
        &sandbox,
        "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1);",
        "CREATE TABLE t (id int, a int); CREATE UNIQUE INDEX i ON t (id);",
        json!({"up": [
            locking(shared("ALTER TABLE public.t ADD COLUMN a int;"), "public.t", "access_exclusive"),
            build("CREATE UNIQUE INDEX CONCURRENTLY i ON public.t (id);", "i"),
        ]}),
    );
    let failed = case.apply(&[]);
    failed.expect(
        1,
        &[
            "could not create unique index",
            "Key (id)=(1) is duplicated",
            "1 of 2 units done",
        ],
    );
    let mut client = case.connect();
    let invalid: i64 = client
        .query_one("SELECT count(*) FROM pg_index WHERE NOT indisvalid", &[])
        .unwrap()
        .get(0);
    assert_eq!(invalid, 0, "an INVALID index is left");
    let error: String = client
        .query_one(
            "SELECT error FROM pgwright.journal WHERE state = 'failed'",
            &[],
        )
        .unwrap()
        .get(0);
    assert!(error.contains("is duplicated"), "{error}");
    client
        .batch_execute("DELETE FROM t WHERE ctid = '(0,1)'")
        .unwrap();
    case.apply(&[]).expect(0, &["going on with a run", "2/2"]);
    case.assert_is("to.json");
}

#[test]
fn another_plan_that_is_half_done_is_in_the_way() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(
        &sandbox,
        "CREATE TABLE t (id int);",
        "CREATE TABLE t (id int, a int);",
        json!({"up": [shared("ALTER TABLE public.t ADD COLUMN a int;"),
                      own(shared("SELECT 1 / 0;"))]}),
    );
    case.apply(&[]).expect(1, &["division by zero"]);
    let text = std::fs::read_to_string(case.directory.join("plan.json")).unwrap();
    let mut other: Value = serde_json::from_str(&text).unwrap();
    other["fingerprint"] = json!("other");
    other["up"] = json!([own(shared(
        "ALTER TABLE public.t ADD COLUMN IF NOT EXISTS a int;"
    ))]);
    case.write("plan.json", &other);
    case.apply(&[]).expect(
        1,
        &["another plan was begun in this database and is not through: `case` (up"],
    );
    case.apply(&["--abandon", "--ignore-drift"])
        .expect(0, &["nothing to do"]);
}

#[test]
fn a_kept_journal_is_kept_and_in_nobodys_way() {
    let Some(sandbox) = newest() else { return };
    let case = Case::new(
        &sandbox,
        "CREATE TABLE t (id int);",
        "CREATE TABLE t (id int, a int);",
        json!({"up": [shared("ALTER TABLE public.t ADD COLUMN a int;")],
               "down": [shared("ALTER TABLE public.t DROP COLUMN a;")]}),
    );
    case.apply(&["--keep-journal"]).expect(0, &[]);
    let units: i64 = case
        .connect()
        .query_one(
            "SELECT count(*) FROM pgwright.journal WHERE state = 'done'",
            &[],
        )
        .unwrap()
        .get(0);
    assert_eq!(units, 2);
    case.apply(&["--down"]).expect(0, &[]);
    case.apply(&[]).expect(0, &[]);
    case.assert_is("to.json");
}

#[test]
fn the_owner_of_the_tables_needs_to_be_no_superuser() {
    let Some(sandbox) = newest() else { return };
    let mut client = sandbox.connect("postgres").unwrap();
    client.batch_execute("CREATE ROLE app LOGIN").unwrap();
    let case = Case::new(
        &sandbox,
        "CREATE TABLE t (id int); ALTER TABLE t OWNER TO app;",
        "CREATE TABLE t (id int, a int); ALTER TABLE t OWNER TO app;",
        json!({"up": [locking(locking(shared("ALTER TABLE public.t ADD COLUMN a int;"),
                                      "public.t", "access_exclusive"),
                              "pg_catalog.pg_class", "share_row_exclusive")]}),
    );
    let as_app = |arguments: &[&str]| {
        let to = sandbox.conninfo(&case.database);
        let to = to.replace("user=postgres", "user=app");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_pgwright"));
        command
            .arg("apply")
            .arg(&case.directory)
            .args(["--to", &to])
            .args(arguments);
        crate::common::Ended::of(command.output().unwrap())
    };
    as_app(&[]).expect(
        1,
        &[
            "permission denied for database",
            "the role needs CREATE on the database",
        ],
    );
    let grant = format!("GRANT CREATE ON DATABASE {} TO app", case.database);
    case.connect().batch_execute(&grant).unwrap();
    as_app(&[]).expect(
        0,
        &["note: this role sees nothing of other roles' sessions"],
    );
    case.assert_is("to.json");
}

#[test]
fn subscribers_of_all_tables_hear_nothing_of_the_journal() {
    let Some(sandbox) = newest() else { return };
    let publication = "CREATE PUBLICATION everything FOR ALL TABLES;";
    let case = Case::new(
        &sandbox,
        &format!("CREATE TABLE t (id int); {publication}"),
        &format!("CREATE TABLE t (id int, a int); {publication}"),
        json!({"up": [shared("ALTER TABLE public.t ADD COLUMN a int;")]}),
    );
    case.apply(&["--keep-journal"])
        .expect(0, &["publication \"everything\" is FOR ALL TABLES"]);
    let published: i64 = case
        .connect()
        .query_one(
            "SELECT count(*) FROM pg_publication_tables WHERE schemaname = 'pgwright'",
            &[],
        )
        .unwrap()
        .get(0);
    assert_eq!(published, 0);
}
