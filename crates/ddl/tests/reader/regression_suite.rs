//! PostgreSQL's own regression SQL, which `scripts/regression-suite` fetches.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pgwright_ddl::read::NoteKind;

use super::{attempt, with_stack};

/// Where the source tree lies; without it nothing is tested here.
const VARIABLE: &str = "PGWRIGHT_REGRESSION_SUITE";

#[test]
fn every_statement_goes_through() {
    let Some(root) = std::env::var_os(VARIABLE).map(PathBuf::from) else {
        return eprintln!("skipped: scripts/regression-suite fetches the suite and runs it");
    };
    with_stack(move || run(&root));
}

fn run(root: &Path) {
    let mut files = Vec::new();
    sql_files(root, &mut files);
    assert!(!files.is_empty(), "no SQL below {}", root.display());
    // What most files of the suite build on.
    let setup = root.join("src/test/regress/sql/test_setup.sql");
    let setup = fs::read(&setup).unwrap_or_default();
    let setup = (
        "test_setup.sql".to_owned(),
        String::from_utf8_lossy(&setup).into_owned(),
    );
    let mut statements = 0;
    let mut notes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut messages: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut slowest = Vec::new();
    for path in &files {
        let shown = path
            .strip_prefix(root)
            .unwrap_or(path)
            .display()
            .to_string();
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        let outcome = attempt(&[setup.clone(), (shown.clone(), text)]);
        slowest.push((outcome.took, shown.clone()));
        match outcome.reading {
            Ok(reading) => {
                let own = |file: &Option<String>| file.as_deref() == Some(&shown);
                statements += reading.statements.iter().filter(|s| own(&s.file)).count();
                for note in reading.notes.iter().filter(|note| own(&note.file)) {
                    *notes.entry(note.kind.as_str()).or_default() += 1;
                    if note.kind == NoteKind::NotUnderstood {
                        let message: String = note.message.chars().take(60).collect();
                        *messages.entry(message).or_default() += 1;
                    }
                }
            }
            Err(panic) => failures.push(format!("{shown}: {panic}")),
        }
    }
    slowest.sort();
    let refused = notes
        .get(NoteKind::SyntaxError.as_str())
        .copied()
        .unwrap_or(0);
    eprintln!(
        "{} files, {statements} statements, {} of them accepted by the parser; notes: {notes:?}",
        files.len(),
        statements - refused.min(statements),
    );
    let mut messages: Vec<(usize, String)> = messages.into_iter().map(|(m, n)| (n, m)).collect();
    messages.sort();
    for (count, message) in messages.iter().rev().take(15) {
        eprintln!("  {count:5} {message}");
    }
    for (took, file) in slowest.iter().rev().take(3) {
        eprintln!("  {:.2} s for {file}", took.as_secs_f64());
    }
    assert!(failures.is_empty(), "panics:\n{}", failures.join("\n"));
}

fn sql_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            sql_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            found.push(path);
        }
    }
}
