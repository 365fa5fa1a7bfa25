//! Small changes of schemas, from a database with rows to what another is: every plan applies, gives
//! exactly the other schema, keeps the rows, and leads back.
//!
//! `testdata/change/README.md` says what a case holds. `PGWRIGHT_CHANGE_CASE=rename/` runs the cases
//! whose names hold that text, `PGWRIGHT_CHANGE_PG=15` runs on another server than 18, and
//! `PGWRIGHT_CHANGE_KEEP=DIR` keeps the plans there.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod case;
mod database;
#[path = "../fidelity/dump.rs"]
#[allow(dead_code)]
mod dump;
mod judge;
mod large;
#[path = "../fidelity/load.rs"]
#[allow(dead_code)]
mod load;
mod locks;
mod planner;
mod refusals;
mod state;

use std::sync::Mutex;

use case::Case;
use database::Databases;
use judge::Report;
use pgwright_server::{Installation, Options, Sandbox, discover, select};

/// How many cases are judged beside each other.
const WORKERS: usize = 3;

/// How many lines of each complaint are shown.
const SHOWN: usize = 14;

#[test]
fn cases_load() {
    run("load", |databases, case, report| {
        judge::load_both(databases, case, report);
    });
}

#[test]
fn changes() {
    if !planner::exists() {
        return eprintln!("skipped: no command `plan`");
    }
    run("change", |databases, case, report| {
        judge::judge(databases, case, &planner::Binary::new(databases), report);
    });
}

#[test]
fn the_same_is_no_change() {
    if !planner::exists() {
        return eprintln!("skipped: no command `plan`");
    }
    run("stay as they are", |databases, case, report| {
        judge::judge_the_same(databases, case, &planner::Binary::new(databases), report);
    });
}

/// Checks every case of the folder.
fn run(what: &str, check: impl Fn(&Databases, &Case, &mut Report) + Sync) {
    let cases = case::all(major());
    assert!(!cases.is_empty(), "no case has such a name");
    run_cases(what, &cases, check);
}

/// Checks cases, then shows everything that was found.
fn run_cases(what: &str, cases: &[Case], check: impl Fn(&Databases, &Case, &mut Report) + Sync) {
    let Some(server) = server() else {
        return eprintln!("skipped: no PostgreSQL {}", major());
    };
    let sandbox = started(&server, cases);
    let queue = Mutex::new(cases.iter());
    let reports = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (sandbox, queue, reports, check) = (&sandbox, &queue, &reports, &check);
            scope.spawn(move || {
                let databases = Databases::new(sandbox, &worker.to_string());
                loop {
                    let Some(case) = queue.lock().unwrap().next() else {
                        break;
                    };
                    let mut report = Report::default();
                    check(&databases, case, &mut report);
                    reports.lock().unwrap().push((case.name.clone(), report));
                }
            });
        }
    });
    let mut reports = reports.into_inner().unwrap();
    reports.sort_by(|a, b| a.0.cmp(&b.0));
    let failed: Vec<_> = reports
        .iter()
        .filter(|(_, report)| report.failed())
        .collect();
    for (name, report) in &failed {
        eprintln!("{name}\n{}", report.shown(SHOWN));
    }
    let names: Vec<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
    assert!(
        failed.is_empty(),
        "{} of {} cases do not {what}:\n  {}",
        failed.len(),
        reports.len(),
        names.join("\n  ")
    );
    eprintln!("{} cases {what}", reports.len());
}

/// A server with the loading role and every role that a case names.
fn started(server: &Installation, cases: &[Case]) -> Sandbox {
    let sandbox = Sandbox::start(server, &Options::default()).unwrap();
    load::prepare(&sandbox);
    let mut client = sandbox.connect("postgres").unwrap();
    // What never ends must not keep the others from being judged.
    let limit = format!("ALTER ROLE {} SET statement_timeout = '60s'", load::LOADER);
    client.batch_execute(&limit).unwrap();
    let roles: std::collections::BTreeSet<&String> =
        cases.iter().flat_map(|case| &case.roles).collect();
    for role in roles {
        client
            .batch_execute(&format!("CREATE ROLE {role}"))
            .unwrap();
    }
    sandbox
}

fn major() -> u32 {
    std::env::var("PGWRIGHT_CHANGE_PG").map_or(18, |major| major.parse().unwrap())
}

fn server() -> Option<Installation> {
    select(&discover(None).ok()?, &[major()])
        .ok()?
        .into_iter()
        .next()
}
