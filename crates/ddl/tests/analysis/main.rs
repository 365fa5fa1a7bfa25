//! Typed analysis gives what a live PostgreSQL 18 prints.
//!
//! For real schemas beside the project and for the cases of `testdata/analysis`: what the server prints
//! of an analysed tree, analysed and printed by us, is the same text again; and what was written gives
//! what the server prints of it. `PGWRIGHT_TEST_ONLY=name` takes one schema, `PGWRIGHT_TEST_SHOW=100`
//! shows more.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod printed;
mod reprint;
mod server;
mod tally;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pgwright_ddl::analyze::CatalogEnvironment;

use server::{Server, file};
use tally::Tally;

/// What may stay undecided, printed again and as written: literals of rare types (a row, a tsvector, a
/// tsquery, a jsonpath with a filter, an interval with a precision), and a CYCLE that the server prints
/// in a way that it cannot read itself.
const UNDECIDED: &[(&str, usize, usize)] = &[("hand", 9, 9), ("bookings", 1, 0)];

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The schemas: a name for the database, and the scripts.
fn schemas() -> Vec<(String, Vec<PathBuf>)> {
    let cases = project().join("testdata/analysis");
    let scripts = [
        "1_schema.sql",
        "2_views.sql",
        "3_objects.sql",
        "4_queries.sql",
    ];
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
        if schemas.is_empty() {
            // A database of the server that was given.
            schemas.push((only, Vec::new()));
        }
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
    let mut client = server.connect(name);
    let no_path: [&str; 0] = [];
    let env = CatalogEnvironment::new(&reading.catalog, &no_path);
    printed::note_partition_keys(&env, &texts);
    let mut tally = Tally::default();
    for text in &texts {
        let found = printed::again(&env, text);
        match &found {
            Ok(found) if *found != text.text => {
                // The server itself may print it otherwise, once it has read it again.
                let wanted = reprint::reprint(&mut client, &[], text);
                tally.note(
                    text,
                    Ok(found.clone()),
                    &wanted.unwrap_or_else(|_| text.text.clone()),
                );
            }
            _ => tally.note(text, found, &text.text),
        }
    }
    tally
}

fn as_written(server: &Server, name: &str, scripts: &[PathBuf]) -> Tally {
    let (reading, texts) = server.read(name);
    let mut client = server.connect(name);
    let mut scripts: Vec<_> = scripts.iter().map(|path| file(path)).collect();
    if name == "hand" {
        scripts.push(expression_script());
    }
    // What the server printed of each relation's objects, whatever their names.
    let mut known: BTreeSet<(&str, &str, &str, &str)> = BTreeSet::new();
    for text in &texts {
        known.insert((&text.kind, &text.schema, &text.relation, &text.text));
    }
    let mut environments = BTreeMap::new();
    let mut tally = Tally::default();
    for definition in scripts
        .iter()
        .flat_map(|script| written::definitions(script))
    {
        let env = environments
            .entry(definition.path.clone())
            .or_insert_with(|| CatalogEnvironment::new(&reading.catalog, &definition.path));
        let found = written::printed(env, &definition);
        let text = &definition.text;
        if let Ok(found) = &found {
            let schemas = definition.path.iter().chain([&text.schema]);
            let mut schemas = schemas.map(String::as_str);
            if schemas.any(|schema| known.contains(&(&text.kind, schema, &text.relation, found))) {
                tally.note(text, Ok(String::new()), "");
                continue;
            }
        }
        let text = definition.with_sql();
        match reprint::reprint(&mut client, &definition.path, &text) {
            Ok(wanted) => tally.note(&text, found, &wanted),
            // What is dropped or renamed later cannot be made any more.
            Err(reason) => tally.skip(&text, &reason),
        }
    }
    tally
}

#[test]
fn texts_are_printed_as_the_server_prints_them() {
    let Some(server) = Server::start() else {
        return;
    };
    // The two largest take half of the time.
    let (large, small): (Vec<_>, Vec<_>) = schemas().into_iter().partition(|s| s.0 == "gitlab");
    let failures = std::thread::scope(|scope| {
        let one = scope.spawn(|| compare(&server, &large));
        compare(&server, &small) + &one.join().unwrap()
    });
    assert!(failures.is_empty(), "{failures}");
}

/// Compares schemas; gives the reports of those that fail.
fn compare(server: &Server, schemas: &[(String, Vec<PathBuf>)]) -> String {
    let mut failures = String::new();
    for (name, scripts) in schemas {
        if server.is_own() {
            load(server, name, scripts);
        }
        let allowed = UNDECIDED.iter().find(|(schema, ..)| schema == name);
        let (again, written) = allowed.map_or((0, 0), |(_, again, written)| (*again, *written));
        for (title, tally, allowed) in [
            ("printed again", same_again(server, name), again),
            ("as written", as_written(server, name, scripts), written),
        ] {
            let report = tally.report(&format!("{name}, {title}"));
            eprint!("{report}");
            let [_, undecided, different] = tally.total();
            if different > 0 || undecided > allowed {
                failures += &report;
            }
        }
    }
    failures
}

#[test]
fn the_views_of_the_system_are_printed_again_the_same() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut client = server.connect("postgres");
    let catalog = pgwright_catalog::Catalog::empty();
    let no_path: [&str; 0] = [];
    let env = CatalogEnvironment::new(&catalog, &no_path);
    let mut tally = Tally::default();
    for text in server::system_views(&mut client) {
        match printed::again(&env, &text) {
            Ok(found) if found != text.text => {
                let wanted = reprint::reprint(&mut client, &[], &text);
                tally.note(
                    &text,
                    Ok(found),
                    &wanted.unwrap_or_else(|_| text.text.clone()),
                );
            }
            found => tally.note(&text, found, &text.text),
        }
    }
    let report = tally.report("system");
    eprint!("{report}");
    let [_, undecided, different] = tally.total();
    assert!(undecided + different == 0, "{report}");
}
