//! What a pass over a large file found, as text and as JSON.

use std::fmt::Write as _;

use pgwright_profile::large::Determinant;
use serde_json::{Value, json};

use super::large::Profiled;

/// As text for a reader.
pub fn text(found: &Profiled) -> String {
    let (sample, large) = (&found.sample, &found.large);
    let name = |column: usize| &sample.columns[column];
    // Writing to a String cannot fail.
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}: {} rows, {} columns; {}, delimiter `{}`",
        sample.name,
        large.rows(),
        sample.columns.len(),
        sample.encoding,
        char::from(sample.dialect.delimiter),
    );
    let width = sample
        .columns
        .iter()
        .map(|c| c.chars().count())
        .max()
        .unwrap_or(0);
    for (column, watched) in large.columns().iter().enumerate() {
        let _ = write!(
            text,
            "  {:width$}  {:14} {} missing",
            name(column),
            watched.of.sql(),
            watched.nulls
        );
        match &watched.first_misfit {
            Some((line, value)) => {
                let _ = writeln!(
                    text,
                    ", {} do not fit, the first in line {line}: “{value}”",
                    watched.misfits
                );
            }
            None => text.push('\n'),
        }
    }
    if found.broken > 0 {
        let _ = writeln!(text, "  {} lines are no rows:", found.broken);
        for aside in found.set_aside.iter().take(20) {
            let _ = writeln!(text, "    line {}: {}", aside.line, aside.reason);
        }
    }
    for determinant in large.determinants() {
        if determinant.key {
            let _ = writeln!(
                text,
                "  {}",
                key(determinant, name(determinant.column), large.rows())
            );
        }
        for (dependent, differing) in held(determinant) {
            let _ = writeln!(
                text,
                "  {} → {} holds in {} of {} rows",
                name(determinant.column),
                name(*dependent),
                determinant.rows - differing,
                determinant.rows
            );
        }
    }
    text.push_str(NOT_SEARCHED);
    text.push('\n');
    text
}

const NOT_SEARCHED: &str = "The file is larger than memory: only types, keys of one column and dependencies between two \
columns were looked for, those that the beginning of the file suggests. Dependencies with exceptions that crowd there \
may be missing. Values were compared by hashes.";

fn key(determinant: &Determinant, name: &str, rows: u64) -> String {
    match determinant.repeated {
        0 if determinant.rows == rows => format!("{name} is unique in all rows"),
        0 => format!("{name} is unique where it is not missing"),
        repeated => format!(
            "{name} repeats a value in {repeated} of {} rows",
            determinant.rows
        ),
    }
}

/// Dependencies that all rows leave standing.
fn held(determinant: &Determinant) -> impl Iterator<Item = &(usize, u64)> {
    let most = determinant.rows / 50;
    determinant
        .dependents
        .iter()
        .filter(move |(_, differing)| *differing <= most)
}

/// As JSON, with the names that the form for smaller files has.
pub fn json(found: &[Profiled]) -> String {
    let files: Vec<Value> = found.iter().map(file).collect();
    let document = json!({"format": 1, "files": files, "inclusions": []});
    format!("{document:#}\n")
}

fn file(found: &Profiled) -> Value {
    let (sample, large) = (&found.sample, &found.large);
    let name = |column: usize| &sample.columns[column][..];
    let columns: Vec<Value> = large
        .columns()
        .iter()
        .enumerate()
        .map(|(column, watched)| {
            json!({
                "name": name(column),
                "sql_type": watched.of.sql(),
                "of": watched.of,
                "nulls": watched.nulls,
                "nullable": watched.nulls > 0,
                "misfits": watched.misfits,
            })
        })
        .collect();
    let determinants = large.determinants();
    let unique: Vec<Value> = determinants
        .iter()
        .filter(|d| d.key && d.repeated == 0 && d.rows == large.rows())
        .map(|d| json!([name(d.column)]))
        .collect();
    let functional: Vec<Value> = determinants
        .iter()
        .flat_map(|d| held(d).map(move |(dependent, differing)| (d, *dependent, *differing)))
        .map(|(d, dependent, differing)| {
            json!({
                "determinant": [name(d.column)],
                "dependent": name(dependent),
                "exceptions": differing,
            })
        })
        .collect();
    json!({
        "name": sample.name,
        "encoding": sample.encoding.to_string(),
        "delimiter": char::from(sample.dialect.delimiter),
        "header": sample.dialect.header,
        "rows": large.rows(),
        "columns": columns,
        "functional": functional,
        "unique": unique,
        "unsearched": [NOT_SEARCHED],
        "set_aside": found.set_aside,
        "broken": found.broken,
    })
}
