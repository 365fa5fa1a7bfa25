//! Sandboxes, plans written by hand, and the command as a process.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pgwright_server::postgres::Client;
use pgwright_server::{
    Installation, Options, ReadOptions, Sandbox, discover, read_catalog, select,
};
use serde_json::{Value, json};

/// The servers to test on: the newest, and the oldest one that is common.
pub fn servers() -> Vec<Installation> {
    let Ok(found) = discover(None) else {
        eprintln!("skipped: no PostgreSQL");
        return Vec::new();
    };
    let wanted = |major| {
        select(&found, &[major])
            .unwrap_or_default()
            .into_iter()
            .next()
    };
    let servers: Vec<Installation> = [18, 15].into_iter().filter_map(wanted).collect();
    if servers.is_empty() {
        eprintln!("skipped: neither PostgreSQL 18 nor 15");
    }
    servers
}

/// A sandbox of the newest of them.
pub fn newest() -> Option<Sandbox> {
    servers().first().map(|server| start(server, &[]))
}

pub fn start(server: &Installation, settings: &[(&str, &str)]) -> Sandbox {
    let settings = settings
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    let options = Options {
        settings: settings.collect(),
        ..Options::default()
    };
    Sandbox::start(server, &options).unwrap()
}

/// A database, and a plan that leads from one schema to another.
pub struct Case<'a> {
    pub sandbox: &'a Sandbox,
    pub database: String,
    pub directory: PathBuf,
}

static NUMBER: AtomicUsize = AtomicUsize::new(0);

impl<'a> Case<'a> {
    /// A database with the schema `from`, and the plan's directory. `plan` may have `up`, `down` and
    /// `contract`.
    pub fn new(sandbox: &'a Sandbox, from: &str, to: &str, plan: Value) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let database = format!("case_{number}");
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("apply-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        let to = catalog_of(sandbox, "reference", to);
        sandbox.create_database(&database).unwrap();
        let mut client = sandbox.connect(&database).unwrap();
        client.batch_execute(from).unwrap();
        let from = catalog(&mut client);
        let case = Self {
            sandbox,
            database,
            directory,
        };
        let mut file = json!({
            "format": "pgwright plan", "version": 1, "name": "case", "target": sandbox.major(),
            "fingerprint": format!("f{number}"), "hazards": [], "questions": [], "notes": [],
            "up": [], "down": [], "contract": [],
        });
        for (key, value) in plan.as_object().unwrap() {
            file[key] = value.clone();
        }
        case.write("plan.json", &file);
        case.write("from.json", &from);
        case.write("to.json", &to);
        case
    }

    pub fn write(&self, name: &str, value: &Value) {
        let text = serde_json::to_string_pretty(value).unwrap();
        fs::write(self.directory.join(name), text).unwrap();
    }

    pub fn connect(&self) -> Client {
        self.sandbox.connect(&self.database).unwrap()
    }

    /// The command, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgwright"));
        command
            .arg("apply")
            .arg(&self.directory)
            .args(["--to", &self.sandbox.conninfo(&self.database)])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn apply(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().unwrap())
    }

    /// The command, started.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let mut child = self.command(arguments).spawn().unwrap();
        Running {
            messages: BufReader::new(child.stderr.take().unwrap()),
            child,
            said: String::new(),
        }
    }

    /// Fails unless the database is as the plan ends and nothing of ours is left in it.
    pub fn assert_is(&self, file: &str) {
        let mut client = self.connect();
        let expected: Value =
            serde_json::from_str(&fs::read_to_string(self.directory.join(file)).unwrap()).unwrap();
        let found = catalog(&mut client);
        for (kind, value) in expected.as_object().unwrap() {
            if kind != "dependencies" {
                assert_eq!(value, &found[kind], "{kind}");
            }
        }
        self.assert_clean();
    }

    /// Fails when a journal or an INVALID index is left.
    pub fn assert_clean(&self) {
        let mut client = self.connect();
        let row = client
            .query_one(
                "SELECT to_regnamespace('pgwright') IS NULL,
                        (SELECT count(*) FROM pg_index WHERE NOT indisvalid)",
                &[],
            )
            .unwrap();
        assert!(row.get::<_, bool>(0), "the journal is left");
        assert_eq!(row.get::<_, i64>(1), 0, "INVALID indexes are left");
    }
}

impl Drop for Case<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// The command at work.
pub struct Running {
    child: Child,
    messages: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    /// Waits until it says this.
    #[track_caller]
    pub fn until(&mut self, text: &str) {
        while !self.said.contains(text) {
            let read = self.messages.read_line(&mut self.said).unwrap();
            assert_ne!(read, 0, "it ended without `{text}`:\n{}", self.said);
        }
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        self.messages.read_to_string(&mut self.said).unwrap();
        let mut ended = Ended::of(self.child.wait_with_output().unwrap());
        ended.stderr = self.said;
        ended
    }
}

/// How the command ended.
#[derive(Debug)]
pub struct Ended {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    pub fn of(output: std::process::Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Fails unless it ended with this status and said all of these.
    #[track_caller]
    pub fn expect(&self, status: i32, said: &[&str]) {
        assert_eq!(
            self.status,
            Some(status),
            "{}\n{}",
            self.stdout,
            self.stderr
        );
        for text in said {
            assert!(
                self.stderr.contains(text) || self.stdout.contains(text),
                "`{text}` is not in\n{}\n{}",
                self.stdout,
                self.stderr
            );
        }
    }
}

pub fn catalog(client: &mut Client) -> Value {
    let reading = read_catalog(client, &ReadOptions::default()).unwrap();
    serde_json::to_value(&reading.catalog).unwrap()
}

fn catalog_of(sandbox: &Sandbox, database: &str, sql: &str) -> Value {
    sandbox.create_database(database).unwrap();
    let mut client = sandbox.connect(database).unwrap();
    client.batch_execute(sql).unwrap();
    let catalog = catalog(&mut client);
    drop(client);
    sandbox.drop_database(database).unwrap();
    catalog
}

/// A step that shares its transaction.
pub fn shared(sql: &str) -> Value {
    json!({"sql": sql, "object": "table public.t", "action": "alter", "transaction": "shared"})
}

/// The same step with a lock.
pub fn locking(mut step: Value, table: &str, level: &str) -> Value {
    let lock = json!({"table": table, "level": level});
    match step["locks"].as_array_mut() {
        Some(locks) => locks.push(lock),
        None => step["locks"] = json!([lock]),
    }
    step
}

/// The same step in a transaction of its own.
pub fn own(mut step: Value) -> Value {
    step["transaction"] = json!("own");
    step
}

/// The same step with a hazard.
pub fn hazardous(mut step: Value, hazard: &str) -> Value {
    step["hazards"] = json!([hazard]);
    step
}

/// A concurrent build of index `name` on table `t`.
pub fn build(sql: &str, name: &str) -> Value {
    json!({
        "sql": sql, "object": format!("index public.{name}"), "action": "create",
        "transaction": "outside",
        "locks": [{"table": "public.t", "level": "share_update_exclusive"}],
        "resume": {"kind": "create_index", "schema": "public", "name": name},
    })
}

/// A loop of batches.
pub fn backfill(statement: &str, pause_ms: u64, total: &str) -> Value {
    json!({
        "sql": "DO $$ … $$;", "object": "table public.t", "action": "alter", "transaction": "own",
        "batch": {"table": "public.t", "statement": statement, "pause_ms": pause_ms, "total": total},
    })
}

/// Waits until something is so, ten seconds at most.
#[track_caller]
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("never: {what}");
}
