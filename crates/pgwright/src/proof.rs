//! Proving a package on real servers: apply, compare, test, revert, apply again.

mod concurrent;
mod outcome;
mod printed;

use pgwright_catalog::Catalog;
use pgwright_ddl::normalize::normal_expression;
use pgwright_migrate::difference;
use pgwright_report::rule_tests::ASSERTIONS_FILE;
use pgwright_report::{Check, Proof, ServerProof, TestResult};
use pgwright_server::postgres::Client;
use pgwright_server::{
    Installation, Options, ReadOptions, RoleSelection, Sandbox, discover, read_catalog, select,
};

use crate::cli::Servers;
use crate::exit::Failure;
use crate::package::Files;
use crate::terminal::Terminal;

use outcome::Unmet;

/// The servers to prove on: those asked for, or every supported one found, the newest of each
/// major version.
pub fn servers(arguments: &Servers) -> Result<Vec<Installation>, Failure> {
    let found = discover(arguments.pg_bin.as_deref())
        .map_err(|error| Failure::NoServer(error.to_string()))?;
    select(&found, &arguments.pg).map_err(|error| Failure::NoServer(error.to_string()))
}

/// What is proven: the files of a package, and the design they must amount to.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The files.
    pub files: &'a Files,
    /// The design, when the package's brief could be designed again.
    pub catalog: &'a Catalog,
    /// The oldest major version the design is for; older servers are passed over.
    pub minimum_version: u32,
}

/// Proves on each server.
pub fn prove(
    subject: Subject<'_>,
    installations: &[Installation],
    terminal: &Terminal,
) -> Result<Proof, Failure> {
    let mut servers = Vec::new();
    for installation in installations
        .iter()
        .filter(|i| i.major >= subject.minimum_version)
    {
        terminal.heading(format_args!("PostgreSQL {}", installation.version));
        let proof = prove_on(subject, installation, terminal)?;
        servers.push(proof);
    }
    if servers.is_empty() {
        return Ok(Proof::none(format!(
            "no server of version {} or later was found",
            subject.minimum_version
        )));
    }
    Ok(Proof::of(servers))
}

/// The checks of one server, as they are made.
struct Run<'a> {
    terminal: &'a Terminal,
    checks: Vec<Check>,
}

impl Run<'_> {
    /// Records a check, shows it, and says whether it held.
    fn check(&mut self, name: &str, result: Result<(), String>) -> bool {
        let detail = result.err();
        match &detail {
            None => self.terminal.good(name),
            Some(detail) => self
                .terminal
                .bad(format_args!("{name}\n{}", indented(detail))),
        }
        self.checks.push(Check {
            name: name.to_owned(),
            passed: detail.is_none(),
            detail,
        });
        self.checks.last().is_some_and(|c| c.passed)
    }
}

fn prove_on(
    subject: Subject<'_>,
    installation: &Installation,
    terminal: &Terminal,
) -> Result<ServerProof, Failure> {
    let server = |error: &dyn std::fmt::Display| Failure::NoServer(error.to_string());
    let sandbox = terminal
        .phase("starting a server", || {
            Sandbox::start(installation, &Options::default())
        })
        .map_err(|e| server(&e))?;
    let mut run = Run {
        terminal,
        checks: Vec::new(),
    };
    let tests = prove_in(subject, &sandbox, &mut run).map_err(|e| server(&e))?;
    terminal.phase("stopping the server", || drop(sandbox));
    let passed = run.checks.iter().all(|c| c.passed) && !tests.iter().any(TestResult::failed);
    Ok(ServerProof {
        version: installation.version.clone(),
        passed,
        checks: run.checks,
        tests,
    })
}

const DESIGNED: &str = "designed";
const MIGRATED: &str = "migrated";

fn prove_in(
    subject: Subject<'_>,
    sandbox: &Sandbox,
    run: &mut Run<'_>,
) -> Result<Vec<TestResult>, Box<dyn std::error::Error>> {
    let terminal = run.terminal;
    sandbox.create_database(DESIGNED)?;
    sandbox.create_database(MIGRATED)?;

    let mut designed = sandbox.connect(DESIGNED)?;
    let mut migrated = sandbox.connect(MIGRATED)?;
    // What was there before the design.
    let existing: Vec<_> = subject.files.under(crate::package::EXISTING).collect();
    if !existing.is_empty() {
        let load = |client: &mut Client| {
            let mut files = existing.iter();
            files.try_for_each(|(path, text)| script(client, path, text))
        };
        let loaded = load(&mut designed).and_then(|()| load(&mut migrated));
        if !run.check("the schema that is there loads", loaded) {
            return Ok(Vec::new());
        }
    }

    // The schema files, as a person would load them.
    let empty = read(&mut designed, subject.catalog)?;
    let loaded = terminal.phase("schema files", || {
        subject
            .files
            .under("schema/")
            .try_for_each(|(path, text)| script(&mut designed, path, text))
    });
    if !run.check("the schema files load in order", loaded) {
        return Ok(Vec::new());
    }
    let from_files = terminal.phase("reading the catalog back", || {
        read(&mut designed, subject.catalog)
    })?;
    let wanted = printed::as_the_server_prints_it(&mut designed, subject.catalog);
    run.check(
        "the database holds what was designed",
        equal(&wanted, &from_files, &normal_form),
    );

    // The migrations: up, down, up.
    let up = terminal.phase("migration up", || {
        subject.files.migrate(&mut migrated, Direction::Up)
    });
    if run.check("the migration applies", up) {
        let from_migration = read(&mut migrated, subject.catalog)?;
        run.check(
            "the migration and the schema files give the same database",
            equal_databases(&from_files, &from_migration),
        );
        let down = terminal.phase("migration down", || {
            subject.files.migrate(&mut migrated, Direction::Down)
        });
        if run.check("the migration reverts", down) {
            let after = read(&mut migrated, subject.catalog)?;
            run.check(
                match existing.is_empty() {
                    true => "the database is empty again",
                    false => "the database is as it was before",
                },
                equal_databases(&empty, &after),
            );
            let again = terminal.phase("migration up again", || {
                subject.files.migrate(&mut migrated, Direction::Up)
            });
            if run.check("the migration applies again", again) {
                let second = read(&mut migrated, subject.catalog)?;
                run.check(
                    "the second time gives the same database",
                    equal_databases(&from_files, &second),
                );
            }
        }
    }
    drop(migrated);

    let mut tests = terminal.phase("rule tests", || rule_tests(subject.files, &mut designed));
    // A database is copied for each two-session test; the copy needs the original to itself.
    drop(designed);
    let concurrent = terminal.phase("tests with two sessions", || {
        subject
            .files
            .under("tests/concurrent/")
            .map(|(path, text)| result(path, concurrent::run(sandbox, DESIGNED, path, text)))
            .collect::<Vec<_>>()
    });
    tests.extend(concurrent);
    show(&tests, terminal);
    Ok(tests)
}

/// What came of the tests: faults first, then what says nothing.
fn show(tests: &[TestResult], terminal: &Terminal) {
    for test in tests.iter().filter(|t| !t.passed) {
        let detail = indented(test.detail.as_deref().unwrap_or_default());
        if test.inconclusive {
            terminal.say(format_args!(
                "??    {}: its rows break another rule, so it says nothing about its own\n{detail}",
                test.file
            ));
        } else {
            terminal.bad(format_args!("{}\n{detail}", test.file));
        }
    }
    let passed = tests.iter().filter(|t| t.passed).count();
    let counted = format!("{passed} of {} rule tests pass", tests.len());
    if tests.iter().any(TestResult::failed) {
        terminal.bad(counted);
    } else {
        terminal.good(counted);
    }
}

fn result(path: &str, outcome: Result<(), Unmet>) -> TestResult {
    let (inconclusive, detail) = match outcome {
        Ok(()) => (false, None),
        Err(Unmet::Failed(detail)) => (false, Some(detail)),
        Err(Unmet::Inconclusive(detail)) => (true, Some(detail)),
    };
    TestResult {
        file: path.to_owned(),
        passed: detail.is_none(),
        inconclusive,
        detail,
    }
}

/// Runs every one-session test; each rolls back what it did.
fn rule_tests(files: &Files, client: &mut Client) -> Vec<TestResult> {
    let assertions = format!("tests/{ASSERTIONS_FILE}");
    let ready = files
        .get(&assertions)
        .map_or(Ok(()), |text| script(client, &assertions, text));
    files
        .under("tests/")
        .filter(|(path, _)| {
            path.ends_with(".sql") && *path != assertions && !path.starts_with("tests/concurrent/")
        })
        .map(|(path, text)| {
            let outcome = match &ready {
                Ok(()) => outcome::of_script(client, path, text),
                Err(error) => Err(Unmet::Failed(error.clone())),
            };
            // After a failure the script's transaction is still open; after any test the session
            // has its own role and settings again. The temporary assertions stay.
            let _ = client.batch_execute("ROLLBACK");
            let _ = client.batch_execute("RESET SESSION AUTHORIZATION; RESET ALL");
            result(path, outcome)
        })
        .collect()
}

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// Runs a script of the package, statement by statement.
pub fn script(client: &mut Client, path: &str, text: &str) -> Result<(), String> {
    outcome::run(client, path, text).map_err(|error| error.to_string())
}

/// Expressions in the normal form of `pgwright_ddl`; a query is the server's own text already.
fn normal_form(sql: &str) -> String {
    let first = sql
        .trim_start()
        .split(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default();
    if first.eq_ignore_ascii_case("select") || first.eq_ignore_ascii_case("with") {
        sql.trim().trim_end_matches(';').trim_end().to_owned()
    } else {
        normal_expression(sql, &[])
    }
}

/// Reads a database, with those of the design's roles that the cluster has.
fn read(client: &mut Client, designed: &Catalog) -> Result<Catalog, Box<dyn std::error::Error>> {
    let options = ReadOptions {
        roles: RoleSelection::Named(designed.roles.keys().cloned().collect()),
        ..ReadOptions::default()
    };
    Ok(read_catalog(client, &options)?.catalog)
}

/// The same without roles: they belong to the cluster, which both databases share.
fn without_roles(catalog: &Catalog) -> Catalog {
    Catalog {
        roles: std::collections::BTreeMap::new(),
        ..catalog.clone()
    }
}

/// Two readings of databases, which must be equal to the letter.
fn equal_databases(wanted: &Catalog, found: &Catalog) -> Result<(), String> {
    equal(
        &without_roles(wanted),
        &without_roles(found),
        &str::to_owned,
    )
}

/// Equal, or the differences.
fn equal(wanted: &Catalog, found: &Catalog, normal: &dyn Fn(&str) -> String) -> Result<(), String> {
    let differences = difference(wanted, found, normal);
    if differences.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = differences
        .iter()
        .take(20)
        .map(ToString::to_string)
        .collect();
    let more = differences.len().saturating_sub(shown.len());
    let rest = if more > 0 {
        format!("\n… and {more} more")
    } else {
        String::new()
    };
    Err(format!("{}{rest}", shown.join("\n")))
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("      {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A line for each server, for the end of a command.
pub fn summary(proof: &Proof) -> Vec<String> {
    proof
        .servers
        .iter()
        .map(|server| {
            let checks = server.checks.iter().filter(|c| c.passed).count();
            let tests = server.tests.iter().filter(|t| t.passed).count();
            let silent = server.tests.iter().filter(|t| t.inconclusive).count();
            format!(
                "{} on PostgreSQL {}: {checks} of {} checks, {tests} of {} rule tests{}",
                if server.passed {
                    "proven"
                } else {
                    "NOT proven"
                },
                server.version,
                server.checks.len(),
                server.tests.len(),
                if silent > 0 {
                    format!(" ({silent} say nothing about their rule: their rows break another)")
                } else {
                    String::new()
                },
            )
        })
        .collect()
}
