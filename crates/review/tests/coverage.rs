//! `docs/rules/coverage.tsv` says of every check that other tools have which rule covers it, or why none does.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pgwright_review::{find, rules};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rows() -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("docs/rules/coverage.tsv")).unwrap();
    let lines = text.lines().skip(1);
    lines
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

#[test]
fn every_rule_stands_in_it_and_what_it_names_is_there() {
    let mut named = BTreeSet::new();
    for row in rows() {
        let [check, state, what] = row.as_slice() else {
            panic!("{row:?} has not three fields");
        };
        match state.as_str() {
            // Some checks are answered by another command.
            "covered" | "own" if what.contains(' ') => {}
            "covered" | "own" => {
                assert!(find(what).is_some(), "{check}: there is no rule {what}");
                named.insert(what.clone());
            }
            "left out" => assert!(what.ends_with('.'), "{check} is left out without a reason"),
            "not yet" => assert!(find(check).is_none(), "{check} is there"),
            other => panic!("{check}: what is {other}?"),
        }
    }
    let missing: Vec<_> = rules().iter().filter(|r| !named.contains(r.id)).collect();
    assert!(missing.is_empty(), "not in coverage.tsv: {missing:?}");
}

#[test]
fn every_check_of_others_stands_in_it() {
    let path = root().join("../shared/rules/rules.tsv");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: no {}", path.display());
        return;
    };
    let there: BTreeSet<String> = rows().into_iter().map(|row| row[0].clone()).collect();
    let missing: Vec<&str> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').nth(1))
        .filter(|id| !there.contains(*id))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
