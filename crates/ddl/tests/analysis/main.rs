//! Typed analysis gives what a live PostgreSQL 18 prints.
//!
//! For real schemas beside the project and for the cases of `testdata/analysis`: what the server prints
//! of an analysed tree, analysed and printed by us, is the same text again; and what was written gives
//! what the server prints of it. `PGWRIGHT_TEST_ONLY=name` takes one schema, `PGWRIGHT_TEST_SHOW=100`
//! shows more.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod printed;
mod server;
mod tally;

use std::path::PathBuf;

use pgwright_ddl::analyze::CatalogEnvironment;

use server::{Server, Text, file};
use tally::Tally;

/// What may stay undecided, per schema: texts that call functions of extensions that are not installed.
const UNDECIDED: &[(&str, usize)] = &[];

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The schemas: a name for the database, and the scripts.
fn schemas() -> Vec<(String, Vec<PathBuf>)> {
    let cases = project().join("testdata/analysis");
    let scripts = ["1_schema.sql", "2_views.sql", "3_objects.sql"];
    let mut schemas = vec![(
        "hand".to_owned(),
        scripts.iter().map(|name| cases.join(name)).collect(),
    )];
    let corpus = project().join("../shared/corpus");
    match std::fs::read_dir(&corpus) {
        Ok(entries) => {
            let folders = entries.filter_map(Result::ok).map(|entry| entry.path());
            let mut folders: Vec<_> = folders.filter(|path| path.is_dir()).collect();
            folders.sort();
            for folder in folders {
                let name = folder.file_name().unwrap().to_string_lossy().into_owned();
                schemas.push((name, vec![folder.join("schema.sql")]));
            }
        }
        Err(_) => eprintln!("skipped: no real schemas beside the project"),
    }
    if let Ok(only) = std::env::var("PGWRIGHT_TEST_ONLY") {
        schemas.retain(|(name, _)| *name == only);
    }
    schemas
}

/// The expressions of `expressions.txt`, each as a view.
fn expressions() -> Vec<(String, String)> {
    let text = file(&project().join("testdata/analysis/expressions.txt"));
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .enumerate()
        .map(|(number, line)| (format!("e_{:04}", number + 1), line.to_owned()))
        .collect()
}

fn expression_script() -> String {
    let mut script = "SET search_path = app, public;\n".to_owned();
    for (name, line) in expressions() {
        script += &format!("CREATE VIEW {name} AS SELECT {line} AS value FROM app.everything;\n");
    }
    script
}

fn load(server: &Server, name: &str, scripts: &[PathBuf]) {
    let mut texts: Vec<_> = scripts.iter().map(|path| file(path)).collect();
    if name == "hand" {
        texts.push(expression_script());
    }
    let errors = server.load(name, &texts);
    if name == "hand" {
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }
}

fn same_again(server: &Server, name: &str) -> Tally {
    let (reading, texts) = server.read(name);
    let no_path: [&str; 0] = [];
    let env = CatalogEnvironment::new(&reading.catalog, &no_path);
    printed::note_partition_keys(&env, &texts);
    let mut tally = Tally::default();
    for text in &texts {
        tally.note(text, printed::again(&env, text), &text.text);
    }
    tally
}

#[test]
fn printed_texts_are_printed_again_the_same() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut failures = String::new();
    for (name, scripts) in schemas() {
        if server.is_own() {
            load(&server, &name, &scripts);
        }
        let tally = same_again(&server, &name);
        let report = tally.report(&name);
        eprint!("{report}");
        let allowed = UNDECIDED.iter().find(|(schema, _)| *schema == name);
        let [_, undecided, different] = tally.total();
        if different > 0 || undecided > allowed.map_or(0, |(_, count)| *count) {
            failures += &report;
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[allow(dead_code)]
fn unused(_: Text) {}
