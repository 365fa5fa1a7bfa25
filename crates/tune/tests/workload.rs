//! Workloads as their sources have them, and what is read of them: the folders of `testdata/workload`, each with
//! texts called `input…`, perhaps a schema and statistics, and what is expected.
//!
//! `UPDATE_GOLDEN=1 cargo test -p pgwright-tune` writes the expected files anew.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use pgwright_catalog::Catalog;
use pgwright_ddl::read::{ReadOptions, read as read_schema};
use pgwright_planner::Statistics;
use pgwright_tune::workload::{Text, Workload, prepare, read};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/workload")
}

#[test]
fn workloads_read_as_expected() {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 8);
    let mut wrong = Vec::new();
    for case in cases {
        let found = shown(&workload(&case));
        let expected = case.join("expected.txt");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&expected, &found).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn workload(case: &Path) -> Workload {
    let mut files: Vec<PathBuf> = fs::read_dir(case)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("input")
        })
        .collect();
    files.sort();
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    let texts: Vec<Text<'_>> = texts
        .iter()
        .map(|(name, text)| Text { name, text })
        .collect();
    let mut workload = read(&texts);
    let schema = fs::read_to_string(case.join("schema.sql"));
    let catalog = match schema {
        Ok(text) => read_schema(&text, &ReadOptions::default()).catalog,
        Err(_) => Catalog::empty(),
    };
    let statistics = match fs::read_to_string(case.join("statistics.json")) {
        Ok(text) => Statistics::from_json(&text).unwrap(),
        Err(_) => Statistics::default(),
    };
    prepare(&mut workload, &catalog, &statistics);
    workload
}

fn shown(workload: &Workload) -> String {
    let mut text = String::new();
    for statement in &workload.statements {
        write!(
            text,
            "{} ({}), {:.3} a day",
            statement.name, statement.origin, statement.calls
        )
        .unwrap();
        if let Some(measured) = statement.measured {
            write!(
                text,
                ", {:.3} ms, {:.3} rows",
                measured.milliseconds, measured.rows
            )
            .unwrap();
        }
        writeln!(text).unwrap();
        for line in statement.text.lines() {
            writeln!(text, "    {line}").unwrap();
        }
        for form in &statement.forms {
            write!(text, "  {:.3} {}", form.share, form.label).unwrap();
            for value in form.values.iter().flatten() {
                match value {
                    Some(value) => write!(text, " [{value}]").unwrap(),
                    None => text.push_str(" NULL"),
                }
            }
            writeln!(text).unwrap();
        }
    }
    for note in &workload.notes {
        writeln!(text, "note: {note}").unwrap();
    }
    text
}

#[test]
fn constants_of_which_there_are_few_part_a_statement() {
    let mut log = String::new();
    for number in 0..40 {
        let status = if number % 10 == 0 { "open" } else { "shipped" };
        writeln!(
            log,
            "2024-05-01 10:00:{number:02} UTC [1] LOG:  statement: SELECT * FROM orders \
             WHERE status = '{status}' AND id = {number}"
        )
        .unwrap();
    }
    let workload = read(&[Text {
        name: "a.log",
        text: &log,
    }]);
    let texts: Vec<(&str, f64)> = workload
        .statements
        .iter()
        .map(|s| (s.text.as_str(), s.calls))
        .collect();
    assert_eq!(
        texts,
        [
            (
                "SELECT * FROM orders WHERE status = 'shipped' AND id = $1",
                36.0
            ),
            (
                "SELECT * FROM orders WHERE status = 'open' AND id = $1",
                4.0
            ),
        ]
    );
    assert_eq!(workload.statements[0].name, "select orders");
    assert_eq!(workload.statements[1].name, "select orders 2");
}

#[test]
fn the_same_statement_of_counters_and_a_log_is_counted_once() {
    let counters = "query,calls\n\"SELECT * FROM t WHERE a = $1\",500\n";
    let log = "2024-05-01 10:00:00 UTC [1] LOG:  statement: SELECT * FROM t WHERE a = 1\n\
               2024-05-01 10:01:00 UTC [1] LOG:  statement: SELECT * FROM t WHERE a = 2\n";
    let texts = [("c.csv", counters), ("a.log", log)];
    let texts = texts.map(|(name, text)| Text { name, text });
    let workload = read(&texts);
    assert_eq!(workload.statements.len(), 1);
    assert_eq!(workload.statements[0].calls, 2880.0);
}

#[test]
fn no_text_makes_it_panic() {
    let pieces = [
        "{",
        "\"",
        "'",
        "LOG:  ",
        "duration: ",
        "é",
        "\t",
        "\n",
        "$1",
        "parameters: ",
        "(",
        ";",
        ",",
        "--",
        "/*",
        "2024-05-01 10:00:00",
        "query,calls\n",
        "plan:",
        "Query Text: ",
        "?",
        "%s",
        ":a",
        "\0",
    ];
    let mut state = 7u64;
    for _ in 0..3000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        let mut workload = read(&[Text {
            name: "x",
            text: &text,
        }]);
        prepare(&mut workload, &Catalog::empty(), &Statistics::default());
    }
}
