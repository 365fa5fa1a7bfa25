//! What the measured table of locks says of a statement, the review of a migration says too: every form that makes
//! others wait for as long as there are rows is reported, and none that takes a moment.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use pgwright_ddl::read::{NoteKind, ReadOptions, read_observed};
use pgwright_migrate::locks::{Blocks, Facts, every_fact};
use pgwright_review::{Input, Linter, Settings, review};

const FIXTURE: &str = include_str!("../../migrate/src/locks/fixture.sql");

/// Rules about data that is lost and applications that break: they speak of statements that take a moment, too.
const OF_CONSEQUENCES: &[&str] = &[
    "MIG-DROP-",
    "MIG-RENAME-",
    "MIG-SET-SCHEMA",
    "MIG-RLS-OFF",
    "MIG-PRIV-ESCALATE",
    "MIG-TRUNCATE",
    "MIG-RESTART-SEQUENCE",
    "MIG-REPLICA-IDENTITY",
    "MIG-POLICY-TRUE",
    "MIG-DATA-LOSS-CAST",
    "MIG-DML-NO-WHERE",
    "MIG-ALTER-SYSTEM",
    "MIG-CIC-IN-TX",
    "MIG-REPLACE-VIEW",
    // They are held for a moment, but by statements that one does without: each has another way.
    "MIG-CREATE-TRIGGER",
    "MIG-TOGGLE-TRIGGER",
    "MIG-CREATE-RULE",
    "MIG-DROPINDEX-NONCONC",
    "MIG-DETACH-NONCONC",
    "MIG-FK-PARENT-LOCK",
    "MIG-CREATE-TABLE-FK",
    "MIG-ADD-COLUMN-FK",
    "MIG-CREATE-PARTITION-OF",
    "MIG-LOCK-TABLE",
    "MIG-REFRESH-MV-CONC",
    "MIG-ADD-NOTNULL-NODEFAULT",
    "MIG-ALTER-ATTRIBUTE",
];

/// Forms that grow with the rows and are not reported, and why.
const NOT_REPORTED: &[(&str, &str)] = &[];

fn found(facts: &Facts, version: u32) -> BTreeSet<&'static str> {
    // A setting is the migration's own.
    let (setting, setup) = match facts.setup {
        Some(setup) if setup.to_uppercase().starts_with("SET ") => {
            (format!("{setup};\n"), String::new())
        }
        Some(setup) => (String::new(), format!("{setup};")),
        None => Default::default(),
    };
    let files = [
        ("before.sql".to_owned(), format!("{FIXTURE}\n{setup}")),
        (
            "migration.sql".to_owned(),
            format!("{setting}{};", facts.statement),
        ),
    ];
    let options = ReadOptions {
        keep_places: true,
        target: version,
        ..ReadOptions::default()
    };
    let mut linter = Linter::new(version, ["before.sql".to_owned()]);
    let mut load = |_: &pgwright_ddl::read::Include<'_>| Err("no file".to_owned());
    let reading = read_observed(&files, &options, &mut load, &mut linter);
    let wrong: Vec<_> = reading
        .notes
        .iter()
        .filter(|n| n.kind == NoteKind::SyntaxError)
        .collect();
    assert!(wrong.is_empty(), "{}: {wrong:?}", facts.id);
    let migration = linter.end();
    let settings = Settings::default();
    let input = Input {
        catalog: &reading.catalog,
        places: &reading.places,
        migration: Some(&migration),
        version,
        settings: &settings,
        suppressions: &[],
        baseline: None,
    };
    let findings = review(&input).findings.into_iter();
    findings
        .map(|f| f.rule)
        .filter(|rule| rule.starts_with("MIG-"))
        .collect()
}

#[test]
fn what_makes_others_wait_is_reported_and_what_takes_a_moment_is_not() {
    let mut complaints = Vec::new();
    let mut reported = 0;
    let mut silent = 0;
    for facts in every_fact() {
        let version = *facts.versions.end();
        let long = facts.grows_with_rows() && facts.blocks() != Blocks::Nothing;
        let found = found(facts, version);
        let excused = NOT_REPORTED.iter().any(|(id, _)| *id == facts.id);
        if long && found.is_empty() && !excused {
            complaints.push(format!("{} is not reported: {}", facts.id, facts.statement));
        }
        if long && !found.is_empty() && excused {
            complaints.push(format!("{} is excused and reported by {found:?}", facts.id));
        }
        let of_locks = found
            .iter()
            .find(|rule| !OF_CONSEQUENCES.iter().any(|p| rule.starts_with(p)));
        if let (false, Some(rule)) = (long, of_locks) {
            complaints.push(format!(
                "{} takes a moment, and {rule} reports it: {}",
                facts.id, facts.statement
            ));
        }
        reported += usize::from(long && !found.is_empty());
        silent += usize::from(!long && of_locks.is_none());
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    assert!(
        reported > 40 && silent > 100,
        "{reported} reported, {silent} not"
    );
}
