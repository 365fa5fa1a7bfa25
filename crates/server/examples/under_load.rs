//! What clients notice of a change to a large table, made by `pgwright plan` and `pgwright apply`, and by the
//! naive statement.
//!
//! Usage: under_load PGWRIGHT KINDS SCRATCH ROWS LOCK_TIMEOUT_MS MAJOR NAIVE [KIND…]
//!
//! KINDS is a directory like `bench/under-load`; NAIVE is `yes` or `no`. `bench/change-under-load` calls it.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pgwright_server::postgres::{self, Client};
use pgwright_server::script::describe;
use pgwright_server::{Options, Sandbox, discover, select};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Clients that run one statement after the other, and those that hold transactions open in between.
const QUICK: u64 = 3;
const SLOW: u64 = 2;

/// How long a slow client's transaction stays open.
const OPEN: &str = "SELECT pg_sleep(0.1)";

/// The load before and after a change.
const AROUND: Duration = Duration::from_millis(700);

/// By how much a client may wait longer than the lock timeout.
const TOLERANCE: Duration = Duration::from_millis(200);

struct Bench {
    pgwright: PathBuf,
    kinds: PathBuf,
    scratch: PathBuf,
    rows: u64,
    lock_timeout: Duration,
    naive: bool,
    sandbox: Sandbox,
}

/// What the clients noticed of a change.
struct Noticed {
    took: Duration,
    statements: u64,
    failed: Vec<String>,
    longest: Duration,
    longest_statement: String,
    problem: Option<String>,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [
        pgwright,
        kinds,
        scratch,
        rows,
        lock_timeout,
        major,
        naive,
        chosen @ ..,
    ] = arguments.as_slice()
    else {
        return Err(
            "usage: under_load PGWRIGHT KINDS SCRATCH ROWS LOCK_TIMEOUT_MS MAJOR NAIVE [KIND…]"
                .into(),
        );
    };
    let installation = select(&discover(None)?, &[major.parse()?])?.remove(0);
    let settings = [
        ("autovacuum", "on"),
        ("maintenance_work_mem", "256MB"),
        ("max_wal_size", "8GB"),
        ("shared_buffers", "512MB"),
        ("wal_level", "replica"),
    ];
    let options = Options {
        settings: settings.map(|(n, v)| (n.to_owned(), v.to_owned())).into(),
        ..Options::default()
    };
    let bench = Bench {
        pgwright: Path::new(pgwright).canonicalize()?,
        kinds: kinds.into(),
        scratch: scratch.into(),
        rows: rows.parse()?,
        lock_timeout: Duration::from_millis(lock_timeout.parse()?),
        naive: naive == "yes",
        sandbox: Sandbox::start(&installation, &options)?,
    };
    let mut names: Vec<String> = fs::read_dir(&bench.kinds)?
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| chosen.is_empty() || chosen.contains(name))
        .collect();
    names.sort();
    println!(
        "{} rows, {} clients, lock timeout {} ms, {installation}",
        bench.rows,
        QUICK + SLOW,
        bench.lock_timeout.as_millis()
    );
    println!(
        "{:<28} | {:>6} {:>9} {:>9} {:>10} | {:>6} {:>9} {:>9}",
        "kind", "failed", "longest", "took", "statements", "failed", "longest", "took"
    );
    println!("{:<28} | {:<37} | {:<26}", "", "plan and apply", "naive");
    let limit = bench.lock_timeout + TOLERANCE;
    let mut bad = Vec::new();
    for name in &names {
        let (planned, naive) = bench.kind(name)?;
        println!(
            "{name:<28} | {} {:>10} | {}",
            columns(&planned),
            planned.statements,
            naive.as_ref().map_or_else(String::new, columns)
        );
        if let Some(problem) = &planned.problem {
            bad.push(format!("{name}: {problem}"));
        }
        bad.extend(
            planned
                .failed
                .iter()
                .take(3)
                .map(|f| format!("{name}: {f}")),
        );
        if planned.longest > limit {
            bad.push(format!(
                "{name}: {:.0?} for {}",
                planned.longest, planned.longest_statement
            ));
        }
        if let Some(problem) = naive.and_then(|naive| naive.problem) {
            eprintln!("{name}, naive: {problem}");
        }
    }
    drop(bench);
    match bad.is_empty() {
        true => Ok(()),
        false => Err(format!("\n{}", bad.join("\n")).into()),
    }
}

fn columns(noticed: &Noticed) -> String {
    format!(
        "{:>6} {:>6} ms {:>7.1} s",
        noticed.failed.len(),
        noticed.longest.as_millis(),
        noticed.took.as_secs_f64()
    )
}

impl Bench {
    fn kind(&self, name: &str) -> Result<(Noticed, Option<Noticed>)> {
        let folder = self.kinds.join(name);
        let read = |file: &str| fs::read_to_string(folder.join(file));
        self.sandbox.create_database("base")?;
        let mut client = self.sandbox.connect("base")?;
        client.batch_execute(&read("a.sql")?)?;
        let fill = fs::read_to_string(self.kinds.join("fill.sql"))?;
        let fill = fill + &read("fill.sql").unwrap_or_default();
        client.batch_execute(&fill.replace(":rows", &self.rows.to_string()))?;
        client.batch_execute("VACUUM ANALYZE")?;
        client.batch_execute("CHECKPOINT")?;
        drop(client);

        let plan = self.scratch.join(name);
        let mut arguments = vec!["plan".to_owned()];
        for file in ["a.sql", "b.sql"] {
            arguments.push(folder.join(file).display().to_string());
        }
        arguments.push("-o".to_owned());
        arguments.push(plan.display().to_string());
        arguments.push("--pg".to_owned());
        arguments.push(self.sandbox.major().to_string());
        let more = read("plan-arguments").unwrap_or_default();
        arguments.extend(more.lines().map(str::to_owned));
        let planned = match self.pgwright(&arguments) {
            Err(problem) => Noticed::nothing(problem),
            Ok(()) => self.under_load("planned", || self.apply(&plan))?,
        };
        let naive = match self.naive {
            false => None,
            true => Some(self.under_load("naive", || {
                let mut client = self.sandbox.connect("naive").map_err(|e| e.to_string())?;
                let sql = read("naive.sql").map_err(|error| error.to_string())?;
                client.batch_execute(&sql).map_err(|e| describe(&e))
            })?),
        };
        self.sandbox.drop_database("base")?;
        Ok((planned, naive))
    }

    fn pgwright(&self, arguments: &[String]) -> std::result::Result<(), String> {
        let output = Command::new(&self.pgwright).args(arguments).output();
        let output = output.map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// The way up, and what drops for good what it kept aside.
    fn apply(&self, plan: &Path) -> std::result::Result<(), String> {
        let apply = |more: &[&str]| {
            let mut arguments = vec![
                "apply".to_owned(),
                plan.display().to_string(),
                "--to".to_owned(),
                self.sandbox.conninfo("planned"),
                "--allow".to_owned(),
                "all".to_owned(),
                "--lock-timeout".to_owned(),
                format!("{}ms", self.lock_timeout.as_millis()),
            ];
            arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
            self.pgwright(&arguments)
        };
        apply(&[])?;
        apply(&["--contract"])
    }

    /// Runs a change on a copy of the base while clients work on it.
    fn under_load(
        &self,
        database: &str,
        change: impl FnOnce() -> std::result::Result<(), String>,
    ) -> Result<Noticed> {
        self.sandbox.connect("postgres")?.batch_execute(&format!(
            "CREATE DATABASE {database} TEMPLATE base STRATEGY file_copy"
        ))?;
        let stop = AtomicBool::new(false);
        let next_id = AtomicU64::new(self.rows + 1);
        let clients: Vec<Client> = (0..QUICK + SLOW)
            .map(|_| self.sandbox.connect(database))
            .collect::<std::result::Result<_, _>>()?;
        let (result, begun, ended, logs) = std::thread::scope(|scope| {
            let (stop, next_id) = (&stop, &next_id);
            let threads: Vec<_> = (0u64..)
                .zip(clients)
                .map(|(number, client)| {
                    scope.spawn(move || {
                        let random = Random(number + 1);
                        let work = Work {
                            client,
                            random,
                            rows: self.rows,
                            next_id,
                            log: Vec::new(),
                        };
                        work.run(number >= QUICK, stop)
                    })
                })
                .collect();
            std::thread::sleep(AROUND);
            let begun = Instant::now();
            let result = change();
            let ended = Instant::now();
            std::thread::sleep(AROUND);
            stop.store(true, Ordering::SeqCst);
            let logs: Vec<Entry> = threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap_or_default())
                .collect();
            (result, begun, ended, logs)
        });
        self.sandbox.drop_database(database)?;
        let during = logs
            .iter()
            .filter(|entry| entry.begun <= ended && entry.begun + entry.took >= begun);
        let longest = during.clone().max_by_key(|entry| entry.took);
        Ok(Noticed {
            took: ended - begun,
            statements: during.clone().count() as u64,
            failed: during.filter_map(|entry| entry.error.clone()).collect(),
            longest: longest.map_or(Duration::ZERO, |entry| entry.took),
            longest_statement: longest.map_or_else(String::new, |entry| entry.statement.to_owned()),
            problem: result.err(),
        })
    }
}

impl Noticed {
    fn nothing(problem: String) -> Self {
        Self {
            took: Duration::ZERO,
            statements: 0,
            failed: Vec::new(),
            longest: Duration::ZERO,
            longest_statement: String::new(),
            problem: Some(problem),
        }
    }
}

/// A statement that a client ran.
struct Entry {
    begun: Instant,
    took: Duration,
    statement: &'static str,
    error: Option<String>,
}

/// One client.
struct Work<'a> {
    client: Client,
    random: Random,
    rows: u64,
    next_id: &'a AtomicU64,
    log: Vec<Entry>,
}

impl Work<'_> {
    fn run(mut self, slow: bool, stop: &AtomicBool) -> Vec<Entry> {
        while !stop.load(Ordering::SeqCst) {
            let id = self.random.below(self.rows) + 1;
            if slow {
                self.transaction(id);
            } else {
                self.statement(id);
                // As an application would, it does something else, too.
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        self.log
    }

    fn statement(&mut self, id: u64) {
        match self.random.below(10) {
            0..=3 => self.one(
                "point read",
                &format!("SELECT id, balance, note FROM accounts WHERE id = {id}"),
            ),
            4 => self.one(
                "range read",
                &format!(
                    "SELECT sum(balance) FROM accounts WHERE id BETWEEN {id} AND {}",
                    id + 50
                ),
            ),
            5..=7 => self.one(
                "update",
                &format!("UPDATE accounts SET balance = balance + 1 WHERE id = {id}"),
            ),
            8 => self.insert(),
            _ => {
                // A row that was inserted, by whomever; some are gone already.
                let last = self.next_id.load(Ordering::SeqCst);
                let id = self.rows + 1 + self.random.below((last - self.rows).max(1));
                self.one("delete", &format!("DELETE FROM accounts WHERE id = {id}"));
            }
        }
    }

    fn insert(&mut self) {
        let id = self.next_id.fetch_add(1, Ordering::SeqCst);
        let branch = id % 1000;
        self.one(
            "insert",
            &format!(
                "INSERT INTO accounts (id, branch, balance, note) VALUES ({id}, {branch}, 1, 'note {id}')"
            ),
        );
    }

    /// Reads and writes two tables in a transaction that stays open for a while.
    fn transaction(&mut self, id: u64) {
        let branch = id % 1000;
        self.one("BEGIN", "BEGIN");
        self.one(
            "read in a transaction",
            &format!("SELECT name FROM branches WHERE id = {branch}"),
        );
        self.one(
            "update in a transaction",
            &format!("UPDATE accounts SET balance = balance + 1 WHERE id = {id}"),
        );
        // The pause is the client's own: it is no statement that waits.
        let _ = self.client.batch_execute(OPEN);
        self.insert();
        self.one("COMMIT", "COMMIT");
    }

    fn one(&mut self, statement: &'static str, sql: &str) {
        let begun = Instant::now();
        let result: std::result::Result<_, postgres::Error> = self.client.simple_query(sql);
        let took = begun.elapsed();
        let error = result
            .err()
            .map(|error| format!("{statement}: {}", describe(&error)));
        if error.is_some() {
            // The transaction, if there is one, is lost; one failure is counted.
            let _ = self.client.batch_execute("ROLLBACK");
        }
        self.log.push(Entry {
            begun,
            took,
            statement,
            error,
        });
    }
}

/// SplitMix64: the load is the same in every run, as far as its timing allows.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}
