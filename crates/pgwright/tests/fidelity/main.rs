//! Real schemas and small cases go through both readers and the writer without loss.
//!
//! Each text is loaded into a PostgreSQL 18 sandbox with psql and read from there (S), read without
//! a server (F), written by us from S and from F, loaded again and read again (W). All are equal, and
//! so is what pg_dump says of it, read without a server.
//!
//! `PGWRIGHT_CORPUS=hatchet` runs one schema of `../shared/corpus`, `PGWRIGHT_CORPUS=all` every one of
//! them, and `PGWRIGHT_CORPUS=some/file.sql,other/folder` whatever is named. Without it the large ones
//! are left out. `PGWRIGHT_SHOW=100` prints so many differences of each kind instead of a few.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod checks;
mod compare;
mod corpus;
mod counts;
mod dump;
mod load;

use std::sync::Mutex;

use corpus::Text;
use pgwright_server::{Installation, Options, Sandbox, discover, select};

/// How many servers run beside each other; the machines that test this have two processors.
const WORKERS: usize = 2;

#[test]
fn fidelity_of_real_schemas() {
    let texts = match corpus::real_schemas() {
        Ok(texts) => texts,
        Err(reason) => return eprintln!("skipped: {reason}"),
    };
    run(texts, "real schemas");
}

#[test]
fn fidelity_of_small_cases() {
    run(corpus::cases(), "cases");
}

/// Checks every text and fails when one of them lost something.
fn run(texts: Vec<Text>, what: &str) {
    if texts.is_empty() {
        return eprintln!("skipped: no {what} asked for");
    }
    let Some(server) = server() else {
        return eprintln!("skipped: no PostgreSQL 18");
    };
    let queue = Mutex::new(texts.into_iter());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let sandbox = Sandbox::start(&server, &Options::default()).unwrap();
                load::prepare(&sandbox);
                loop {
                    let Some(text) = queue.lock().unwrap().next() else {
                        break;
                    };
                    let report = checks::check(&sandbox, &text);
                    eprintln!("{report}");
                    if report.failed() {
                        failures.lock().unwrap().push(text.name.clone());
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(failures.is_empty(), "not without loss: {failures:?}");
}

/// The catalog's newest version, which holds the most kinds of objects.
fn server() -> Option<Installation> {
    select(&discover(None).ok()?, &[18])
        .ok()?
        .into_iter()
        .next()
}
