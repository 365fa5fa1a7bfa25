//! The committed JSON Schema is that of the types. `UPDATE_GOLDEN=1` writes it anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use pgwright_tune::recommend::TuneDocument;
use serde_json::json;

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let schema = settings
        .into_generator()
        .into_root_schema_for::<TuneDocument>();
    let mut document = schema.to_value();
    if let Some(map) = document.as_object_mut() {
        let id = "https://pgwright.dev/schemas/tune.schema.json";
        map.insert("$id".to_owned(), json!(id));
        let title = "What `pgwright tune --format json` recommends";
        map.insert("title".to_owned(), json!(title));
    }
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/tune.schema.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "schemas/tune.schema.json is not that of the types: run with UPDATE_GOLDEN=1"
    );
}
