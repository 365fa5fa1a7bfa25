//! The rehearsal of a migration: in a sandbox that holds the old schema and some rows, the way forward,
//! the contract and the way back are run, and what comes of them is compared with what should.

mod rows;
mod state;

use std::ffi::OsStr;

use pgwright_catalog::{Catalog, Name};
use pgwright_migrate::{Plan, PlanOptions, Step, Transaction, difference, plan, without_aside};
use pgwright_server::postgres::Client;
use pgwright_server::{
    Installation, Options, ReadOptions, RoleSelection, Sandbox, discover, read_catalog, select,
};
use serde::Serialize;

use crate::exit::Failure;
use crate::terminal::Terminal;

/// What a rehearsal showed; `proof.json` beside the plan.
#[derive(Debug, Serialize)]
pub struct Rehearsal {
    /// Every check was made and held.
    pub proven: bool,
    /// Why nothing was proven, where nothing was.
    pub reason: Option<String>,
    /// The server that ran it.
    pub server: Option<String>,
    /// Tables that held rows, and how many there were in all.
    pub tables_with_rows: usize,
    /// Rows in all tables.
    pub rows: u64,
    /// What the new schema had against rows that were made for the old one, so that the rehearsal went on
    /// without rows: whether the real ones are met is a hazard of the plan.
    pub refused_rows: Option<String>,
    /// What was checked.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Serialize)]
pub struct Check {
    /// What should hold.
    pub name: &'static str,
    /// Whether it does.
    pub passed: bool,
    /// What is different, where it does not.
    pub detail: Option<String>,
}

impl Rehearsal {
    fn none(reason: String) -> Self {
        Self {
            proven: false,
            reason: Some(reason),
            server: None,
            tables_with_rows: 0,
            rows: 0,
            refused_rows: None,
            checks: Vec::new(),
        }
    }

    /// What a constraint of the new schema had against the rows, where that is why it failed.
    fn refused_rows(&self) -> Option<String> {
        let failed = self.checks.iter().find_map(|c| c.detail.as_ref())?;
        let refused = failed.strip_prefix(INTEGRITY)?;
        Some(refused.lines().next().unwrap_or_default().trim().to_owned())
    }

    fn check(&mut self, name: &'static str, outcome: Result<(), String>) -> bool {
        let detail = outcome.err();
        let passed = detail.is_none();
        self.checks.push(Check {
            name,
            passed,
            detail,
        });
        passed
    }
}

/// What is rehearsed.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The schema that is there.
    pub before: &'a Catalog,
    /// The schema that there shall be.
    pub after: &'a Catalog,
    /// The way between them.
    pub plan: &'a Plan,
    /// The major version that it is for.
    pub target: u32,
}

/// Marks errors of rows that do not meet a constraint.
const INTEGRITY: &str = "a row does not fit: ";

const OLD: &str = "old";
const NEW: &str = "new";
const FORWARD: &str = "forward";
const CONTRACT: &str = "contract";
const BACK: &str = "back";

/// Rehearses on a server of the target's version, or the next newer one.
pub fn rehearse(
    subject: Subject<'_>,
    pg_bin: Option<&OsStr>,
    terminal: &Terminal,
) -> Result<Rehearsal, Failure> {
    let found = discover(pg_bin).map_err(|error| Failure::NoServer(error.to_string()))?;
    let Some(installation) = newest_fitting(&found, subject.target) else {
        return Ok(Rehearsal::none(format!(
            "no PostgreSQL {} was found: pgwright postgres install {}",
            subject.target, subject.target
        )));
    };
    let mut outcome = terminal.phase("rehearsing the migration", || {
        run(subject, &installation, true)
    });
    // Rows that were made for the old schema need not meet what the new one comes to demand.
    let refused = outcome.as_ref().ok().and_then(Rehearsal::refused_rows);
    if let Some(refused) = refused {
        outcome = terminal.phase("rehearsing without rows", || {
            run(subject, &installation, false)
        });
        if let Ok(rehearsal) = &mut outcome {
            rehearsal.refused_rows = Some(refused);
        }
    }
    match outcome {
        Ok(rehearsal) => Ok(rehearsal),
        Err(error) => Ok(Rehearsal::none(error.to_string())),
    }
}

fn newest_fitting(found: &[Installation], target: u32) -> Option<Installation> {
    let exact = select(found, &[target])
        .ok()
        .and_then(|s| s.into_iter().next());
    exact.or_else(|| {
        let newer = found
            .iter()
            .filter(|i| i.is_supported() && i.major > target);
        newer.min_by_key(|i| i.major).cloned()
    })
}

fn run(
    subject: Subject<'_>,
    installation: &Installation,
    with_rows: bool,
) -> Result<Rehearsal, Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start(installation, &Options::default())?;
    let mut rehearsal = Rehearsal {
        proven: false,
        reason: None,
        server: Some(installation.version.clone()),
        tables_with_rows: 0,
        rows: 0,
        refused_rows: None,
        checks: Vec::new(),
    };
    let major = sandbox.major();
    let mut loaded = Vec::new();
    for (name, catalog) in [(OLD, subject.before), (NEW, subject.after)] {
        sandbox.create_database(name)?;
        let mut client = sandbox.connect(name)?;
        make_roles(&mut client, catalog);
        let options = PlanOptions {
            check_bodies: false,
            ..PlanOptions::new(major)
        };
        let whole = plan(&Catalog::empty(), catalog, &options)?;
        if let Err(error) = run_steps(&mut client, &whole.up) {
            rehearsal.reason = Some(format!(
                "the {name} schema cannot be loaded into the sandbox: {error}"
            ));
            return Ok(rehearsal);
        }
        loaded.push(read(&mut client)?);
    }
    let (old, new) = (&loaded[0], &loaded[1]);
    if with_rows {
        let mut client = sandbox.connect(OLD)?;
        (rehearsal.tables_with_rows, rehearsal.rows) = rows::fill(&mut client, old)?;
    }
    let before = state::of(&mut sandbox.connect(OLD)?)?;

    copy(&sandbox, OLD, FORWARD)?;
    let mut client = sandbox.connect(FORWARD)?;
    let up = run_steps(&mut client, &subject.plan.up);
    if rehearsal.check("the way forward applies", up) {
        let result = read(&mut client)?;
        let result = without_aside(result);
        rehearsal.check("the schema is the new one", equal(new, &result));
        rehearsal.check(
            "the rows are still there",
            state::rows_kept(&before, &state::of(&mut client)?),
        );
        drop(client);
        if !subject.plan.contract.is_empty() {
            copy(&sandbox, FORWARD, CONTRACT)?;
            let mut client = sandbox.connect(CONTRACT)?;
            let ran = run_steps(&mut client, &subject.plan.contract);
            if rehearsal.check("the contract applies", ran) {
                let result = read(&mut client)?;
                rehearsal.check("nothing is left aside", equal(new, &result));
            }
        }
        copy(&sandbox, FORWARD, BACK)?;
        let mut client = sandbox.connect(BACK)?;
        let down = run_steps(&mut client, &subject.plan.down);
        if rehearsal.check("the way back applies", down) {
            let result = read(&mut client)?;
            rehearsal.check("the schema is the old one", equal(old, &result));
            rehearsal.check(
                "the rows are those of before",
                state::same_rows(&before, &state::of(&mut client)?),
            );
        }
    }
    rehearsal.proven = rehearsal.checks.iter().all(|c| c.passed);
    Ok(rehearsal)
}

fn copy(sandbox: &Sandbox, from: &str, to: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut client = sandbox.connect("postgres")?;
    client.batch_execute(&format!("CREATE DATABASE {to} TEMPLATE {from}"))?;
    Ok(())
}

/// Roles belong to the cluster; a schema names those that it needs.
fn make_roles(client: &mut Client, catalog: &Catalog) {
    let mut roles: Vec<&Name> = catalog.roles.keys().collect();
    let owners = catalog.tables.values().filter_map(|t| t.owner.as_ref());
    roles.extend(owners);
    roles.extend(catalog.schemas.values().filter_map(|s| s.owner.as_ref()));
    roles.extend(catalog.default_privileges.iter().map(|d| &d.owner));
    for role in roles {
        // One that is there already is as good.
        let _ = client.batch_execute(&format!("CREATE ROLE {}", role.quoted()));
    }
}

fn read(client: &mut Client) -> Result<Catalog, Box<dyn std::error::Error>> {
    let options = ReadOptions {
        roles: RoleSelection::Named(Default::default()),
        ..ReadOptions::default()
    };
    Ok(read_catalog(client, &options)?.catalog)
}

/// Runs steps in the transactions that they are planned for.
fn run_steps(client: &mut Client, steps: &[Step]) -> Result<(), String> {
    let mut open = false;
    let mut execute = |sql: &str| {
        client.batch_execute(sql).map_err(|error| {
            let message = error
                .as_db_error()
                .map_or_else(|| error.to_string(), |e| e.message().to_owned());
            // Class 23 of the error codes: a row does not meet a constraint.
            let of_rows = error.code().is_some_and(|c| c.code().starts_with("23"));
            let mark = if of_rows { INTEGRITY } else { "" };
            format!("{mark}{message}\n{sql}")
        })
    };
    for step in steps {
        if open && step.transaction != Transaction::Shared {
            execute("COMMIT")?;
            open = false;
        }
        match step.transaction {
            Transaction::Shared if !open => {
                execute("BEGIN")?;
                open = true;
                execute(&step.sql)?;
            }
            Transaction::Own => {
                execute("BEGIN")?;
                execute(&step.sql)?;
                execute("COMMIT")?;
            }
            Transaction::Shared | Transaction::Outside => execute(&step.sql)?,
        }
    }
    if open {
        execute("COMMIT")?;
    }
    Ok(())
}

/// Equal but for the order of columns, or the differences.
fn equal(wanted: &Catalog, found: &Catalog) -> Result<(), String> {
    let (wanted, found) = (state::in_one_order(wanted), state::in_one_order(found));
    let differences = difference(&wanted, &found, &str::to_owned);
    if differences.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = differences
        .iter()
        .take(10)
        .map(ToString::to_string)
        .collect();
    let more = match differences.len().saturating_sub(shown.len()) {
        0 => String::new(),
        n => format!("\n… and {n} more"),
    };
    Err(shown.join("\n") + &more)
}

/// Shows what was proven, and fails where something does not hold.
pub fn show(rehearsal: &Rehearsal, terminal: &Terminal) -> Result<(), Failure> {
    if let Some(reason) = &rehearsal.reason {
        terminal.say(format_args!("NOT PROVEN: {reason}"));
        return Ok(());
    }
    for check in &rehearsal.checks {
        match &check.detail {
            None => terminal.good(check.name),
            Some(detail) => terminal.bad(format_args!("{}\n{detail}", check.name)),
        }
    }
    if let Some(refused) = &rehearsal.refused_rows {
        terminal.say(format_args!(
            "note: rehearsed without rows, as those made for the old schema do not meet the new one: {refused}"
        ));
    }
    if let Some(server) = &rehearsal.server {
        terminal.say(format_args!(
            "rehearsed on PostgreSQL {server} with {} rows in {} tables",
            rehearsal.rows, rehearsal.tables_with_rows
        ));
    }
    if rehearsal.proven {
        Ok(())
    } else {
        Err(Failure::NotProven(
            "the rehearsal failed: the migration must not be run as it is".to_owned(),
        ))
    }
}
