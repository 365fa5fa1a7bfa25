//! The committed JSON Schema of `review --format json` is that of the types.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use serde_json::{Value, json};

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let mut schema = pgwright_report::review::review_schema();
    let head = json!({
        "$id": "https://pgwright.dev/schemas/review.schema.json",
        "title": "pgwright review --format json, version 1",
    });
    if let (Value::Object(schema), Value::Object(head)) = (&mut schema, head) {
        schema.extend(head);
    }
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/review.schema.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "schemas/review.schema.json is not that of the types: run with UPDATE_GOLDEN=1"
    );
}
