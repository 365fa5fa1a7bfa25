//! The committed JSON Schema is that of the types. `UPDATE_GOLDEN=1` writes it anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use pgwright_catalog::Catalog;
use serde_json::{Value, json};

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let catalog = generator.subschema_for::<Catalog>();
    let document: Value = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://pgwright.dev/schemas/catalog.schema.json",
        "title": "A PostgreSQL schema as `pgwright inspect --format json` prints it",
        "description": "New fields may come; a field that changes its meaning raises `format`.",
        "type": "object",
        "properties": {
            "format": { "type": "integer", "enum": [1], "description": "Version of this form." },
            "catalog": catalog,
        },
        "required": ["format", "catalog"],
        "$defs": generator.take_definitions(true),
    });
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/catalog.schema.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "schemas/catalog.schema.json is not that of the types: run with UPDATE_GOLDEN=1"
    );
}
