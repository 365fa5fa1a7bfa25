//! `design.json`: the whole design, machine-readable. Its form is `schemas/design.schema.json`.

use serde_json::{Value, json};

use crate::{Document, Subject};

/// Raised when a field changes its meaning or goes; new fields do not raise it.
pub const FORMAT: u32 = 1;

/// The document.
#[derive(Debug)]
pub struct DesignJson;

impl Document for DesignJson {
    fn render(&self, subject: &Subject<'_>) -> Vec<(String, String)> {
        let text = serde_json::to_string_pretty(&value(subject)).unwrap_or_default();
        vec![("design.json".to_owned(), format!("{text}\n"))]
    }
}

/// The design as a JSON value.
pub fn value(subject: &Subject<'_>) -> Value {
    let design = subject.design;
    let entities: serde_json::Map<String, Value> = design
        .entities
        .iter()
        .map(|(name, plan)| {
            let columns: serde_json::Map<String, Value> = plan
                .columns
                .iter()
                .map(|(attribute, columns)| (attribute.clone(), json!(columns.all())))
                .collect();
            let key: Vec<&str> = plan.key.iter().map(|(column, _)| column.as_str()).collect();
            let entity = json!({
                "table": plan.table,
                "key": key,
                "columns": columns,
                "read": plan.read_relation,
                "expected_rows": plan.expected_rows,
                "restorable": plan.restorable,
                "partitioned_by": plan.partition.as_ref().map(|p| p.column.as_str()),
            });
            (name.clone(), entity)
        })
        .collect();
    let tests: Vec<Value> = design
        .tests
        .iter()
        .map(|test| json!({"rule": test.rule, "says": test.says, "cases": test.cases.len()}))
        .collect();
    let concurrent: Vec<Value> = design
        .concurrent_tests
        .iter()
        .map(|test| json!({"rule": test.rule, "says": test.says, "steps": test.steps.len()}))
        .collect();
    json!({
        "format": FORMAT,
        "brief": subject.brief,
        "entities": entities,
        "catalog": design.catalog.without_dependencies(),
        "decisions": design.decisions,
        "questions": design.questions,
        "rules": design.enforcements,
        "tests": tests,
        "concurrent_tests": concurrent,
        "monitors": design.monitors,
    })
}
