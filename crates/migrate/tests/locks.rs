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

use std::collections::BTreeSet;

use measure::{Lab, Measured};
use pgwright_migrate::LockLevel;
use pgwright_migrate::locks::{Evidence, Facts, every_fact, facts};
use pgwright_server::installation::PG_BIN_VARIABLE;
use pgwright_server::{Options, Sandbox, discover};

/// A sandbox of a major version; `None`, with a message, when no server of that version is found.
fn sandbox(major: u32) -> Option<Sandbox> {
    let found = discover(std::env::var_os(PG_BIN_VARIABLE).as_deref()).unwrap_or_default();
    let Some(installation) = found.iter().find(|i| i.major == major) else {
        eprintln!("skipped: no PostgreSQL {major} found");
        return None;
    };
    eprintln!("on PostgreSQL {}", installation.version);
    Some(Sandbox::start(installation, &Options::default()).unwrap())
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

/// Measures every form on a server of a major version and compares with the table.
fn a_server_agrees(major: u32) {
    let Some(sandbox) = sandbox(major) else {
        return;
    };
    levels_conflict_as_expected(&sandbox);
    let lab = Lab::open(&sandbox);
    let (mut measured, mut refused) = (0, 0);
    let mut disagreements = Vec::new();
    for form in chosen() {
        let found = lab.measure(form);
        let lines = match (facts(form.id, major), found) {
            (Some(expected), Ok(found)) => {
                measured += 1;
                found.differences(&Measured::expected(expected))
            }
            (Some(_), Err(error)) => vec![format!("fails: {error}")],
            (None, Ok(found)) => vec![format!("runs, which no row says: {found:?}")],
            (None, Err(_)) => {
                refused += 1;
                Vec::new()
            }
        };
        let (id, statement) = (form.id, form.statement);
        let line = |what| format!("{id} on {major}: {what}\n    {statement}");
        disagreements.extend(lines.into_iter().map(line));
    }
    eprintln!("PostgreSQL {major}: {measured} measured, {refused} refused as the table says");
    assert!(
        disagreements.is_empty(),
        "{} disagreements\n{}",
        disagreements.len(),
        disagreements.join("\n")
    );
}

#[test]
fn postgresql_14_agrees() {
    a_server_agrees(14);
}

#[test]
fn postgresql_15_agrees() {
    a_server_agrees(15);
}

#[test]
fn postgresql_16_agrees() {
    a_server_agrees(16);
}

#[test]
fn postgresql_17_agrees() {
    a_server_agrees(17);
}

#[test]
fn postgresql_18_agrees() {
    a_server_agrees(18);
}

fn levels_conflict_as_expected(sandbox: &Sandbox) {
    let (mut holder, mut asker) = (
        sandbox.connect("postgres").unwrap(),
        sandbox.connect("postgres").unwrap(),
    );
    holder.batch_execute("CREATE TABLE held ()").unwrap();
    for held in LockLevel::ALL {
        let lock = |level: LockLevel| format!("BEGIN; LOCK TABLE held IN {} MODE", level.name());
        holder.batch_execute(&lock(held)).unwrap();
        for asked in LockLevel::ALL {
            let granted = asker
                .batch_execute(&format!("{} NOWAIT", lock(asked)))
                .is_ok();
            asker.batch_execute("ROLLBACK").unwrap();
            assert_eq!(
                granted,
                !held.conflicts_with(asked),
                "{held:?} and {asked:?}"
            );
        }
        holder.batch_execute("ROLLBACK").unwrap();
    }
}
