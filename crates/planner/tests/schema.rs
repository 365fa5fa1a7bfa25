//! The committed JSON Schema is that of the types. `UPDATE_GOLDEN=1` writes it anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use pgwright_planner::{ExplainDocument, Statistics};
use serde_json::{Value, json};

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    let settings = schemars::generate::SchemaSettings::draft2020_12;
    let read_and_written = settings().into_generator();
    check(
        "statistics",
        "Statistics for a twin, as `pgwright stats` writes them",
        read_and_written
            .into_root_schema_for::<Statistics>()
            .to_value(),
    );
    let written = settings().for_serialize().into_generator();
    check(
        "explain",
        "Plans as `pgwright explain --format json` prints them",
        written.into_root_schema_for::<ExplainDocument>().to_value(),
    );
}

fn check(name: &str, title: &str, mut document: Value) {
    if let Some(map) = document.as_object_mut() {
        let id = format!("https://pgwright.dev/schemas/{name}.schema.json");
        map.insert("$id".to_owned(), json!(id));
        map.insert("title".to_owned(), json!(title));
    }
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../schemas/{name}.schema.json"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "schemas/{name}.schema.json is not that of the types: run with UPDATE_GOLDEN=1"
    );
}
