//! Workloads from SQL files.

use std::path::{Path, PathBuf};

use pgwright_tune::workload::{Form, Statement, Workload};

use crate::commands::design::read_text;
use crate::exit::Failure;

/// Reads the statements of a file or of every `.sql` file of a directory, with how often they run from comments
/// such as `-- calls: 900000 per day` above them.
pub fn read_workload(path: &Path) -> Result<Workload, Failure> {
    let mut workload = Workload::default();
    let mut wrong = Vec::new();
    let files = files(path)?;
    for file in &files {
        let text = read_text(file)?;
        let name = file.display().to_string();
        let statements = match pgwright_ddl::split(&text) {
            Ok(statements) => statements,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        let lines: Vec<&str> = text.lines().collect();
        for statement in &statements {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            let number = workload.statements.len() + 1;
            workload.statements.push(Statement {
                name: match (files.len(), statements.len()) {
                    (2.., 1) => stem.into_owned(),
                    (2.., _) => format!("{stem}-{}", statement.line),
                    _ => format!("q{number}"),
                },
                origin: format!("{name}:{}", statement.line),
                text: statement.text.clone(),
                calls: calls_above(&lines, statement.line).unwrap_or(1.0),
                forms: forms(&statement.text),
                measured: None,
            });
        }
    }
    if workload.statements.is_empty() && wrong.is_empty() {
        wrong.push(format!("{}: it holds no statement", path.display()));
    }
    match wrong.is_empty() {
        true => Ok(workload),
        false => Err(Failure::Usage(wrong.join("\n"))),
    }
}

/// A generic plan; of a text that is searched for also one for a text that hardly any row has.
fn forms(sql: &str) -> Vec<Form> {
    let tokens = pgwright_catalog::write::scan(sql);
    let form = |values: Option<Vec<Option<String>>>, label: &str, share| Form {
        values,
        label: label.to_owned(),
        share,
    };
    let parameters = tokens.windows(2).filter(|t| t[0].is_symbol("$"));
    let numbers: std::collections::BTreeSet<&str> = parameters.map(|t| t[1].text).collect();
    let searched = tokens.iter().any(|t| t.is("like") || t.is("ilike"));
    if searched && numbers.len() == 1 {
        let rare = vec![Some("what is sought".to_owned())];
        return vec![form(None, "generic", 0.5), form(Some(rare), "rare", 0.5)];
    }
    vec![form(None, "generic", 1.0)]
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed =
        |error: std::io::Error| Failure::Usage(format!("reading {}: {error}", path.display()));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|e| e == "sql") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The count in the comments right above a line, in a day.
fn calls_above(lines: &[&str], line: usize) -> Option<f64> {
    let above = lines.get(..line.checked_sub(1)?)?;
    for text in above.iter().rev() {
        let Some(comment) = text.trim().strip_prefix("--") else {
            break;
        };
        let Some(rest) = comment.trim().strip_prefix("calls:") else {
            continue;
        };
        let mut words = rest.split_whitespace();
        let count: f64 = words.next()?.replace(['_', ','], "").parse().ok()?;
        let times = match words.last() {
            Some("second") => 86_400.0,
            Some("minute") => 1440.0,
            Some("hour") => 24.0,
            Some("week") => 1.0 / 7.0,
            Some("month") => 1.0 / 30.4375,
            _ => 1.0,
        };
        return Some(count * times);
    }
    None
}
