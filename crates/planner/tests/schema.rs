//! The committed JSON Schema is that of the types. `UPDATE_GOLDEN=1` writes it anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use pgwright_planner::Statistics;
use serde_json::{Value, json};

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let root = generator.root_schema_for::<Statistics>();
    let mut document: Value = root.to_value();
    if let Some(map) = document.as_object_mut() {
        map.insert(
            "$id".to_owned(),
            json!("https://pgwright.dev/schemas/statistics.schema.json"),
        );
        map.insert(
            "title".to_owned(),
            json!("Statistics for a twin, as `pgwright stats` writes them"),
        );
    }
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/statistics.schema.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "schemas/statistics.schema.json is not that of the types: run with UPDATE_GOLDEN=1"
    );
}
