//! What is asked about: statements of `--query`, and those of a workload in each of their forms.

use std::path::Path;

use pgwright_planner::WorkloadPart;
use pgwright_tune::workload::Workload;

use crate::commands::design::read_text;
use crate::exit::Failure;

/// A statement, and the values that it is planned with.
pub(super) struct Query {
    /// Where it stands, or what its workload calls it.
    pub(super) name: String,
    pub(super) sql: String,
    /// Values of `$1` …; none for a generic plan.
    pub(super) given: Option<Vec<Option<String>>>,
    /// What it is of a workload.
    pub(super) part: Option<WorkloadPart>,
}

impl Query {
    /// The values as a session takes them.
    pub(super) fn values(&self) -> Option<Vec<Option<&str>>> {
        let given = self.given.as_ref()?;
        Some(given.iter().map(Option::as_deref).collect())
    }
}

/// Every statement of a workload, in each of its forms.
pub(super) fn of_workload(workload: &Workload) -> Vec<Query> {
    let of_form = |statement: &pgwright_tune::workload::Statement| -> Vec<Query> {
        let query = |form: &pgwright_tune::workload::Form| Query {
            name: match statement.forms.len() {
                1 => statement.name.clone(),
                _ => format!("{}, {}", statement.name, form.label),
            },
            sql: statement.text.clone(),
            given: form.values.clone(),
            part: Some(WorkloadPart {
                statement: statement.name.clone(),
                origin: statement.origin.clone(),
                form: form.label.clone(),
                values: form.values.clone(),
                calls_per_day: statement.calls * form.share,
            }),
        };
        statement.forms.iter().map(query).collect()
    };
    workload.statements.iter().flat_map(of_form).collect()
}

/// Reads `--query`: SQL text or files of statements, planned with the values of `--value`.
pub(super) fn read(texts: &[String], values: &[String]) -> Result<Vec<Query>, Failure> {
    let given = (!values.is_empty()).then(|| values.iter().cloned().map(Some).collect::<Vec<_>>());
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let path = Path::new(text);
        let is_file = text == "-" || path.is_file();
        let looks_like_one = path.extension().is_some_and(|e| e == "sql") && !text.contains(' ');
        if looks_like_one && !is_file {
            wrong.push(format!("{text}: there is no such file"));
            continue;
        }
        let (name, sql) = match is_file {
            true => (text.clone(), read_text(path)?),
            false => (format!("query {}", number + 1), text.clone()),
        };
        let statements = match pgwright_ddl::split(&sql) {
            Ok(statements) => statements,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        if statements.is_empty() {
            wrong.push(format!("{name}: it holds no statement"));
        }
        for statement in &statements {
            let name = match statements.len() {
                1 => name.clone(),
                _ => format!("{name}:{}", statement.line),
            };
            found.push(Query {
                name,
                sql: statement.text.clone(),
                given: given.clone(),
                part: None,
            });
        }
    }
    match wrong.is_empty() {
        true => Ok(found),
        false => Err(Failure::Usage(wrong.join("\n"))),
    }
}
