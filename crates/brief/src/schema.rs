//! The JSON Schema of briefs, made from the same tables that the reader checks against.

use serde_json::{Map, Value, json};

use crate::keys::{BRIEF, Key, Section, Shape};
use crate::read::types::{FORMS, TYPES};

/// The JSON Schema of a brief, for editors that complete and check while one writes.
pub fn json_schema() -> Value {
    let mut definitions = Map::new();
    let root = section(&BRIEF, &mut definitions);
    let mut schema = Map::new();
    schema.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert("title".to_owned(), json!("pgwright brief"));
    schema.insert(
        "description".to_owned(),
        json!("What a system must do, for a PostgreSQL schema."),
    );
    if let Value::Object(root) = root {
        schema.extend(root);
    }
    definitions.insert(
        "text".to_owned(),
        json!({ "type": ["string", "number", "boolean"] }),
    );
    definitions.insert("type".to_owned(), types());
    schema.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(schema)
}

/// The schema as it is committed: indented, with a line end.
pub fn json_schema_text() -> String {
    let mut text = format!("{:#}", json_schema());
    text.push('\n');
    text
}

fn section(section: &'static Section, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for key in section.keys {
        properties.insert(key.name.to_owned(), property(section, key, definitions));
    }
    let required: Vec<&str> = section
        .keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let mut object = Map::new();
    object.insert("type".to_owned(), json!("object"));
    object.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
    object.insert("additionalProperties".to_owned(), json!(false));
    Value::Object(object)
}

fn property(section: &Section, key: &'static Key, definitions: &mut Map<String, Value>) -> Value {
    let mut value = if section.name == "attribute" && key.name == "type" {
        json!({ "$ref": "#/$defs/type" })
    } else {
        any_of(key.shapes, definitions)
    };
    if let Value::Object(object) = &mut value {
        object.insert("description".to_owned(), json!(key.about));
    }
    value
}

fn any_of(shapes: &'static [Shape], definitions: &mut Map<String, Value>) -> Value {
    let mut all: Vec<Value> = shapes.iter().map(|shape| one(shape, definitions)).collect();
    if all.len() == 1 {
        all.remove(0)
    } else {
        json!({ "anyOf": all })
    }
}

fn one(shape: &'static Shape, definitions: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Text => json!({ "$ref": "#/$defs/text" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::YesNo => json!({ "enum": [true, false, "yes", "no"] }),
        Shape::Nothing => json!({ "type": "null" }),
        Shape::List(shapes) => {
            json!({ "type": "array", "items": any_of(shapes, definitions) })
        }
        Shape::Names(shapes) => {
            let inner = any_of(shapes, definitions);
            json!({ "type": "object", "additionalProperties": inner })
        }
        Shape::Section(inner) => {
            if !definitions.contains_key(inner.name) {
                // Known before it is complete, so that a table may name itself.
                definitions.insert(inner.name.to_owned(), Value::Null);
                let made = section(inner, definitions);
                definitions.insert(inner.name.to_owned(), made);
            }
            json!({ "$ref": format!("#/$defs/{}", inner.name) })
        }
    }
}

/// The types are offered for completion; any other text may name an entity.
fn types() -> Value {
    let named: Vec<Value> = TYPES
        .iter()
        .map(|t| json!({ "const": t.names[0], "description": t.about }))
        .chain(
            FORMS
                .iter()
                .map(|(form, about)| json!({ "const": form, "description": about })),
        )
        .collect();
    json!({
        "description": "A type, the name of an entity or role, or a form with parameters; modifiers \
                        may follow after commas.",
        "anyOf": [{ "oneOf": named }, { "type": "string" }]
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::error::Lines;
    use crate::yaml::{self, Node};

    /// Whether a node is what the schema says, for the words of JSON Schema that are used here.
    fn valid(node: &Node, schema: &Value, root: &Value) -> bool {
        if let Some(reference) = schema["$ref"].as_str() {
            return valid(
                node,
                root.pointer(reference.trim_start_matches('#')).unwrap(),
                root,
            );
        }
        if let Some(any) = schema["anyOf"].as_array() {
            return any.iter().any(|one| valid(node, one, root));
        }
        match &node.value {
            yaml::Value::Null => schema["type"] == "null",
            yaml::Value::Scalar(scalar) => {
                let text = match scalar.text.as_str() {
                    "true" => json!(true),
                    "false" => json!(false),
                    text => json!(text),
                };
                let types = &schema["type"];
                let is_text = *types == "string"
                    || types
                        .as_array()
                        .is_some_and(|t| t.contains(&json!("string")));
                is_text
                    || schema["enum"]
                        .as_array()
                        .is_some_and(|words| words.contains(&text))
            }
            yaml::Value::List(items) => {
                schema["type"] == "array"
                    && items.iter().all(|item| valid(item, &schema["items"], root))
            }
            yaml::Value::Map(entries) => {
                let keys: Vec<&str> = entries
                    .iter()
                    .filter_map(|(key, _)| match &key.value {
                        yaml::Value::Scalar(scalar) => Some(scalar.text.as_str()),
                        _ => None,
                    })
                    .collect();
                let required = schema["required"].as_array().cloned().unwrap_or_default();
                schema["type"] == "object"
                    && keys.len() == entries.len()
                    && required
                        .iter()
                        .all(|key| key.as_str().is_some_and(|key| keys.contains(&key)))
                    && entries.iter().zip(&keys).all(|((_, value), key)| {
                        let known = schema["properties"].get(*key);
                        let found = known.unwrap_or(&schema["additionalProperties"]);
                        *found != json!(false) && valid(value, found, root)
                    })
            }
        }
    }

    fn is_valid(text: &str) -> bool {
        let schema = json_schema();
        let node = yaml::parse(text, &Lines::of(text)).unwrap().unwrap();
        valid(&node, &schema, &schema)
    }

    #[test]
    fn the_examples_are_valid() {
        assert!(is_valid(include_str!(
            "../../../examples/crm-principals.yaml"
        )));
        assert!(is_valid(include_str!("../../../examples/clinic.yaml")));
        assert!(is_valid(include_str!(
            "../../../examples/saas-billing.yaml"
        )));
        assert!(is_valid(include_str!("../../../examples/inventory.yaml")));
    }

    #[test]
    fn wrong_shapes_are_not_valid() {
        assert!(!is_valid("brief: x\n"));
        assert!(!is_valid(
            "brief: x\nentities:\n  a:\n    haz: {name: name}\n"
        ));
        assert!(!is_valid("brief: x\nentities:\n  a:\n    actor: perhaps\n"));
        assert!(!is_valid(
            "brief: x\nentities:\n  a:\n    has: {name: {tipe: name}}\n"
        ));
    }
}
