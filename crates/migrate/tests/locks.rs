//! The table of locks is measured again on every server found, and `docs/locks.md` is what the table says.
//!
//! `PGWRIGHT_LOCKS=attach cargo test -p pgwright-migrate --test locks` measures only what has the word in its id.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "locks/document.rs"]
mod document;
#[path = "locks/measure.rs"]
mod measure;
#[path = "locks/outside.rs"]
mod outside;

use std::cell::RefCell;
use std::collections::BTreeSet;

use measure::{Lab, Measured};
use pgwright_migrate::LockLevel;
use pgwright_migrate::locks::{Evidence, Facts, every_fact, facts};
use pgwright_server::installation::PG_BIN_VARIABLE;
use pgwright_server::{Options, Sandbox, discover};

/// Runs a test on every major version found.
fn on_every_server(test: impl Fn(u32, &Sandbox)) {
    let found = discover(std::env::var_os(PG_BIN_VARIABLE).as_deref()).unwrap_or_default();
    if found.is_empty() {
        eprintln!("skipped: no PostgreSQL server found");
    }
    let mut seen = BTreeSet::new();
    for installation in found
        .iter()
        .filter(|i| i.is_supported() && seen.insert(i.major))
    {
        eprintln!("on PostgreSQL {}", installation.version);
        let sandbox = Sandbox::start(installation, &Options::default()).unwrap();
        test(installation.major, &sandbox);
    }
}

/// The ids that this run is about, each with one of its rows.
fn chosen() -> Vec<&'static Facts> {
    let word = std::env::var("PGWRIGHT_LOCKS").unwrap_or_default();
    let mut seen = BTreeSet::new();
    every_fact()
        .iter()
        .filter(|row| row.id.contains(&word) && row.evidence == Evidence::Measured)
        .filter(|row| seen.insert(row.id))
        .collect()
}

#[test]
fn servers_agree_with_the_table() {
    let disagreements = RefCell::new(Vec::new());
    on_every_server(|major, sandbox| {
        let lab = Lab::open(sandbox);
        let mut measured = 0;
        for form in chosen() {
            let disagree = |what: String| {
                let (id, statement) = (form.id, form.statement);
                disagreements
                    .borrow_mut()
                    .push(format!("{id} on {major}: {what}\n    {statement}"));
            };
            match (facts(form.id, major), lab.measure(form)) {
                (Some(expected), Ok(found)) => {
                    measured += 1;
                    found
                        .differences(&Measured::expected(expected))
                        .for_each(disagree);
                }
                (Some(_), Err(error)) => disagree(format!("fails: {error}")),
                (None, Ok(found)) => disagree(format!("runs, which no row says: {found:?}")),
                (None, Err(_)) => {}
            }
        }
        eprintln!("measured {measured} statements on PostgreSQL {major}");
    });
    let found = disagreements.into_inner();
    assert!(
        found.is_empty(),
        "{} disagreements\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn servers_agree_which_levels_conflict() {
    on_every_server(|major, sandbox| {
        let (mut holder, mut asker) = (
            sandbox.connect("postgres").unwrap(),
            sandbox.connect("postgres").unwrap(),
        );
        holder.batch_execute("CREATE TABLE held ()").unwrap();
        for held in LockLevel::ALL {
            let lock =
                |level: LockLevel| format!("BEGIN; LOCK TABLE held IN {} MODE", level.name());
            holder.batch_execute(&lock(held)).unwrap();
            for asked in LockLevel::ALL {
                let granted = asker
                    .batch_execute(&format!("{} NOWAIT", lock(asked)))
                    .is_ok();
                asker.batch_execute("ROLLBACK").unwrap();
                assert_eq!(
                    granted,
                    !held.conflicts_with(asked),
                    "{held:?} and {asked:?} on {major}"
                );
            }
            holder.batch_execute("ROLLBACK").unwrap();
        }
    });
}
