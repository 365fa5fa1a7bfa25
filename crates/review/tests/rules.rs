//! Every rule finds something in its bad SQL, nothing in its good SQL, and nothing any more once its fix is made; and
//! a server takes what the fix comes to.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use pgwright_catalog::Catalog;
use pgwright_ddl::read::{NoteKind, ReadOptions, Reading, read, read_observed};
use pgwright_review::{Check, Finding, Input, Linter, Rule, Settings, apply, find, review, rules};

fn reading(sql: &str) -> Reading {
    let options = ReadOptions {
        keep_places: true,
        ..ReadOptions::default()
    };
    let reading = read(sql, &options);
    let wrong: Vec<String> = reading
        .notes
        .iter()
        .filter(|n| {
            matches!(
                n.kind,
                NoteKind::SyntaxError | NoteKind::Failed | NoteKind::NotUnderstood
            )
        })
        .map(ToString::to_string)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}\n{sql}");
    reading
}

fn found(rule: &Rule, catalog: &Catalog) -> Vec<Finding> {
    let settings = Settings {
        enable: vec![rule.id.to_owned()],
        ..Settings::default()
    };
    let input = Input {
        catalog,
        places: &BTreeMap::new(),
        migration: None,
        version: 18,
        settings: &settings,
        suppressions: &[],
        baseline: None,
    };
    let findings = review(&input).findings.into_iter();
    findings.filter(|finding| finding.rule == rule.id).collect()
}

fn of_schemas() -> impl Iterator<Item = &'static Rule> {
    rules()
        .iter()
        .copied()
        .filter(|rule| matches!(rule.check, Check::Catalog(_)))
}

#[test]
fn bad_examples_are_found_and_good_ones_are_not() {
    let mut complaints = Vec::new();
    for rule in of_schemas() {
        for sql in rule.bad {
            if found(rule, &reading(sql).catalog).is_empty() {
                complaints.push(format!("{} finds nothing in\n    {sql}", rule.id));
            }
        }
        for sql in rule.good {
            let findings = found(rule, &reading(sql).catalog);
            if let Some(finding) = findings.first() {
                complaints.push(format!(
                    "{} finds {:?} in\n    {sql}",
                    rule.id, finding.occurrences[0].message
                ));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// What a rule finds in a migration: what stands after the line `-- migration`, on top of what stands before.
fn found_in_migration(rule: &Rule, sql: &str, version: u32) -> Vec<Finding> {
    let (before, migration) = sql.split_once("-- migration\n").unwrap_or(("", sql));
    let files = [
        ("before.sql".to_owned(), before.to_owned()),
        ("migration.sql".to_owned(), migration.to_owned()),
    ];
    let options = ReadOptions {
        keep_places: true,
        target: version,
        ..ReadOptions::default()
    };
    let mut linter = Linter::new(version, ["before.sql".to_owned()]);
    let mut load = |_: &pgwright_ddl::read::Include<'_>| Err("no file".to_owned());
    let reading = read_observed(&files, &options, &mut load, &mut linter);
    for note in &reading.notes {
        let wrong = note.kind == NoteKind::SyntaxError
            || (note.kind == NoteKind::Failed && note.file.as_deref() == Some("before.sql"));
        assert!(!wrong, "{note}\n{sql}");
    }
    let migration = linter.end();
    let settings = Settings {
        enable: vec![rule.id.to_owned()],
        ..Settings::default()
    };
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
    findings.filter(|finding| finding.rule == rule.id).collect()
}

#[test]
fn bad_migrations_are_found_and_good_ones_are_not() {
    let mut complaints = Vec::new();
    for rule in rules()
        .iter()
        .filter(|rule| matches!(rule.check, Check::Statement(_)))
    {
        for sql in rule.bad {
            if found_in_migration(rule, sql, 18).is_empty() {
                complaints.push(format!("{} finds nothing in\n    {sql}", rule.id));
            }
        }
        for sql in rule.good {
            if let Some(finding) = found_in_migration(rule, sql, 18).first() {
                let message = &finding.occurrences[0].message;
                complaints.push(format!("{} finds {message:?} in\n    {sql}", rule.id));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn what_a_version_refuses_is_found_for_it() {
    let rule = find("MIG-FK-PARTITIONED-NOTVALID").unwrap();
    let sql = rule.good[0];
    assert!(!found_in_migration(rule, sql, 17).is_empty());
    assert!(found_in_migration(rule, sql, 18).is_empty());
}

#[test]
fn a_fix_that_is_made_leaves_nothing_to_find() {
    let mut complaints = Vec::new();
    for rule in of_schemas() {
        let mut fixed = false;
        for sql in rule.bad {
            let before = reading(sql).catalog;
            let findings = found(rule, &before);
            let occurrences: Vec<_> = findings.iter().flat_map(|f| &f.occurrences).collect();
            let fixes: Vec<_> = occurrences.iter().filter_map(|o| o.fix.as_ref()).collect();
            fixed |= !fixes.is_empty();
            if fixes.len() < occurrences.len() {
                continue;
            }
            let after = apply(&before, fixes.iter().flat_map(|fix| &fix.changes));
            if before == after {
                complaints.push(format!(
                    "the fix of {} changes nothing in\n    {sql}",
                    rule.id
                ));
            }
            if !found(rule, &after).is_empty() {
                complaints.push(format!("{} still finds something in\n    {sql}", rule.id));
            }
        }
        if fixed == rule.fix.is_empty() {
            complaints.push(format!(
                "{}: what `fix` says and what is found do not agree",
                rule.id
            ));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn rules_say_what_they_are() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        let id = rule.id;
        assert!(seen.insert(id), "{id} stands twice");
        assert!(id.starts_with(rule.group().prefix()), "{id} is in no group");
        assert!(
            !rule.title.is_empty() && !rule.title.ends_with('.'),
            "{id}: title"
        );
        assert!(rule.rationale.ends_with('.'), "{id}: rationale");
        assert!((1..=100).contains(&rule.consequence), "{id}: consequence");
        assert!(!rule.evidence.is_empty(), "{id}: evidence");
        // What needs settings, or a thousand partitions, has no example of a line.
        let without = [
            "TYP-DENYLIST",
            "MOD-MANDATORY-COLS",
            "PRT-TOO-MANY",
            "MIG-FK-PARTITIONED-NOTVALID",
        ];
        assert!(
            !rule.bad.is_empty() || without.contains(&id),
            "{id}: no bad SQL"
        );
        assert!(
            !rule.good.is_empty() || without.contains(&id),
            "{id}: no good SQL"
        );
    }
}

#[test]
fn the_pages_are_what_the_rules_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let mut pages: BTreeMap<String, String> = rules()
        .iter()
        .map(|rule| (format!("{}.md", rule.id), pgwright_review::rule_page(rule)))
        .collect();
    pages.insert(
        "README.md".to_owned(),
        pgwright_review::rules_index(rules()),
    );
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "md") {
                fs::remove_file(path).unwrap();
            }
        }
        for (name, text) in &pages {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    for (name, text) in &pages {
        let there = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(
            there == *text,
            "docs/rules/{name} is stale: UPDATE_GOLDEN=1 writes it"
        );
    }
    let there = fs::read_dir(&folder).unwrap().filter(|e| {
        let name = e.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".md")
    });
    assert_eq!(
        there.count(),
        pages.len(),
        "docs/rules holds a page of no rule"
    );
}
