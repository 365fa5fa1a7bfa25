//! The cases: our own texts, and those of another project's benchmark beside the repository.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Case, Table, Tables, attribute, is_surrogate, normal};

/// `testdata/english`: a folder for each text, with the tables a careful reader finds.
pub fn own() -> Vec<Case> {
    let folder = repository().join("testdata/english");
    let mut cases = Vec::new();
    for path in folders(&folder) {
        let (Ok(text), Ok(expected)) = (
            fs::read_to_string(path.join("text.md")),
            fs::read_to_string(path.join("expected.txt")),
        ) else {
            continue;
        };
        cases.push(Case {
            name: name_of(&path),
            text,
            reference: expected.lines().filter_map(line).collect(),
        });
    }
    cases
}

/// `../shared/bench/schema-bench`; none when it is not there.
pub fn schema_bench() -> Vec<Case> {
    let folder = repository().join("../shared/bench/schema-bench");
    let folder = if folder.is_dir() {
        folder
    } else {
        repository().join("../../shared/bench/schema-bench")
    };
    let mut cases = Vec::new();
    for workspace in folders(&folder) {
        for input in files(&workspace.join("execution/input")) {
            let name = name_of(&input);
            let reference = workspace
                .join("execution/reference")
                .join(input.file_name().unwrap_or_default());
            let read = |path: &Path| {
                fs::read_to_string(path)
                    .ok()
                    .and_then(|t| serde_json::from_str::<Value>(&t).ok())
            };
            let (Some(input), Some(reference)) = (read(&input), read(&reference)) else {
                continue;
            };
            let text = input
                .as_str()
                .or_else(|| input.get("input").and_then(Value::as_str))
                .unwrap_or_default()
                .to_owned();
            cases.push(Case {
                name: format!(
                    "{} {name}",
                    name_of(&workspace).replace("benchmark-workspace-", "")
                ),
                text,
                reference: tables(&reference),
            });
        }
    }
    cases
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|p| p.is_dir()).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    entries(folder)
        .into_iter()
        .filter(|p| p.is_file())
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .map(|d| d.flatten().map(|e| e.path()).collect())
        .unwrap_or_default();
    found.sort();
    found
}

fn name_of(path: &Path) -> String {
    path.file_stem()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// `member: *member_number, name -> branch`
fn line(line: &str) -> Option<(String, Table)> {
    let (name, rest) = line.split_once(':')?;
    let name = normal(name);
    let (columns, edges) = rest.split_once("->").unwrap_or((rest, ""));
    let list = |text: &str| {
        text.split(',')
            .map(str::trim)
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut table = Table::default();
    for column in list(columns) {
        let plain = column.trim_start_matches('*').to_owned();
        if is_surrogate(&name, &plain) {
            continue;
        }
        if plain != column {
            table.key.insert(attribute(&name, &plain));
        }
        table.columns.push(plain);
    }
    table.edges = list(edges).iter().map(|e| normal(e)).collect();
    Some((name, table))
}

/// Tables of a reference schema in JSON.
fn tables(reference: &Value) -> Tables {
    let mut found = Tables::new();
    let Some(tables) = reference.get("tables").and_then(Value::as_object) else {
        return found;
    };
    for (called, value) in tables {
        let name = normal(called);
        let mut table = Table::default();
        let mut referring: Vec<String> = Vec::new();
        for constraint in value
            .get("constraints")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|c| c.values())
        {
            let columns: Vec<String> = constraint
                .get("columnNames")
                .and_then(Value::as_array)
                .map(|c| {
                    c.iter()
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .collect()
                })
                .unwrap_or_default();
            let target = constraint.get("targetTableName").and_then(Value::as_str);
            match target {
                Some(target) => {
                    table.edges.push(normal(target));
                    referring.extend(columns);
                }
                None => table.key.extend(
                    columns
                        .iter()
                        .filter(|c| !is_surrogate(&name, c))
                        .map(|c| attribute(&name, c)),
                ),
            }
        }
        table
            .key
            .retain(|k| !referring.iter().any(|r| attribute(&name, r) == *k));
        for column in value
            .get("columns")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|c| c.keys())
        {
            if !referring.contains(column) && !is_surrogate(&name, column) {
                table.columns.push(column.clone());
            }
        }
        found.insert(name, table);
    }
    found
}
