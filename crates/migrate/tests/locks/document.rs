//! `docs/locks.md`, written from the table. `UPDATE_GOLDEN=1` writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use pgwright_migrate::LockLevel;
use pgwright_migrate::locks::{Blocks, Evidence, Facts, Rebuilds, TableRole, blocks, every_fact};

const HEAD: &str = "\
# Locks

What each form of a statement locks, writes anew and reads in full, on PostgreSQL 14 to 18. Plans take what they
say about a step from here.

This page is written from `crates/migrate/src/locks/statements.tsv`; do not edit it. The statements are for the
tables of `crates/migrate/src/locks/fixture.sql`, whose names say the part that each plays.

## How it was measured

A sandbox of each version loads the fixture. Each statement runs in a transaction of its own, after what has to
come before it. Before it ends,

- `pg_locks` says which locks the session holds on relations that were there before. An index, or the sequence
  of an identity column, is listed only where its lock is stronger than that on its table;
- a table whose file is another one was rewritten, and so was an index of the same name;
- a table was read in full when the session's own counters say that it read as many rows or pages as there are.

A statement that cannot run in a transaction is held up by other sessions: one that vacuums, one that writes, two
that read, one with an old snapshot. Whenever it waits, the locks that it has and waits for are read, and one
session gives way. A statement that a version does not know must fail there.

Measure again, on every server version found, with

    cargo test -p pgwright-migrate --test locks
    PGWRIGHT_LOCKS=attach cargo test -p pgwright-migrate --test locks    only ids that hold the word

Every disagreement is listed with what was measured and what the table says. To add a form, add its row with `none`
and `no`, run the test, judge what it measured, and put that in. Versions that differ get rows of their own.
`UPDATE_GOLDEN=1` writes this page.

What stands here holds for the statement alone. A lock is kept until its transaction ends, and a statement that
waits for a strong lock makes everyone wait who comes after it.

";

#[test]
fn the_committed_page_is_that_of_the_table() {
    let text = document();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/locks.md");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "docs/locks.md is not that of the table: run with UPDATE_GOLDEN=1"
    );
}

fn document() -> String {
    let mut out = HEAD.to_owned();
    levels(&mut out);
    let mut written = BTreeSet::new();
    for subject in every_fact().iter().map(|facts| facts.subject) {
        if written.insert(subject) {
            let _ = write!(
                out,
                "\n## {subject}\n\n\
                 | Id | Statement | Versions | Locks | Makes wait | Rewrites | Rebuilds indexes | Reads all of |\n\
                 |---|---|---|---|---|---|---|---|\n"
            );
            every_fact()
                .iter()
                .filter(|facts| facts.subject == subject)
                .for_each(|f| row(&mut out, f));
        }
    }
    out
}

fn levels(out: &mut String) {
    out.push_str(
        "## Levels\n\n| Level | Cannot be held together with | Makes wait |\n|---|---|---|\n",
    );
    for level in LockLevel::ALL {
        let others: Vec<_> = LockLevel::ALL
            .into_iter()
            .filter(|other| level.conflicts_with(*other))
            .map(LockLevel::name)
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            level.name(),
            others.join(", "),
            makes_wait(blocks(level))
        );
    }
}

fn row(out: &mut String, facts: &Facts) {
    let mut statement = format!("`{}`", facts.statement);
    if let Some(setup) = facts.setup {
        let _ = write!(statement, "<br>after `{setup}`");
    }
    if facts.outside_transaction {
        statement.push_str("<br>In no transaction.");
    }
    if let Some(note) = facts.note {
        let _ = write!(statement, "<br>{}.", sentence(note));
    }
    if let Evidence::Manual(page) = facts.evidence {
        let _ = write!(statement, "<br>Not measured: from the manual, {page}.");
    }
    let (first, last) = (facts.versions.start(), facts.versions.end());
    let versions = if first == last {
        first.to_string()
    } else {
        format!("{first}–{last}")
    };
    let locks: Vec<_> = facts
        .locks
        .iter()
        .map(|(role, level)| format!("{}: {}", spaced(*role), level.name()))
        .collect();
    let rebuilds = match facts.rebuilds_indexes {
        Rebuilds::None => "",
        Rebuilds::Some => "some",
        Rebuilds::All => "all",
    };
    let cells = [
        format!("`{}`", facts.id),
        statement.replace('|', "\\|"),
        versions,
        locks.join("<br>"),
        makes_wait(facts.blocks()).to_owned(),
        list(&facts.rewrites),
        rebuilds.to_owned(),
        list(&facts.scans),
    ];
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn makes_wait(blocks: Blocks) -> &'static str {
    match blocks {
        Blocks::Nothing => "",
        Blocks::Writes => "writes",
        Blocks::ReadsAndWrites => "reads, writes",
    }
}

fn list(roles: &[TableRole]) -> String {
    roles
        .iter()
        .map(|role| spaced(*role))
        .collect::<Vec<_>>()
        .join(", ")
}

fn spaced(role: TableRole) -> String {
    role.name().replace('_', " ")
}

/// A note with a capital first, unless it begins with a name of SQL.
fn sentence(note: &str) -> String {
    let mut letters = note.chars();
    match letters.next() {
        Some(first) if !note.starts_with("now()") => first.to_uppercase().chain(letters).collect(),
        _ => note.to_owned(),
    }
}
