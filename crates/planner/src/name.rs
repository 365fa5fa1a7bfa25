//! Qualified names as keys of the statistics file: `schema.name`, quoted as SQL quotes them.

use std::collections::BTreeMap;

use pgwright_catalog::{QualifiedName, write};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

/// A text that is no qualified name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no name of a relation\nhint: write it as schema.name, quoted where SQL needs it"
)]
pub struct NameError {
    /// The text.
    pub text: String,
}

/// Reads `schema.name`, or `name`, which is then in `public`.
///
/// # Errors
/// When the text is anything else.
pub fn parse_qualified_name(text: &str) -> Result<QualifiedName, NameError> {
    let wrong = || NameError {
        text: text.to_owned(),
    };
    let tokens = write::scan(text);
    let dots = tokens.iter().filter(|t| t.text == ".").count();
    let names: Vec<String> = tokens.iter().filter_map(|t| t.name()).collect();
    if tokens.len() != names.len() + dots || tokens.len().is_multiple_of(2) {
        return Err(wrong());
    }
    let in_between = tokens.iter().skip(1).step_by(2).all(|t| t.text == ".");
    match names.as_slice() {
        [name] if in_between => Ok(QualifiedName::new("public", name.as_str())),
        [schema, name] if in_between => Ok(QualifiedName::new(schema.as_str(), name.as_str())),
        _ => Err(wrong()),
    }
}

pub(crate) fn serialize<S: Serializer, V: Serialize>(
    map: &BTreeMap<QualifiedName, V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(map.iter().map(|(name, value)| (name.quoted(), value)))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<QualifiedName, V>, D::Error> {
    let map = BTreeMap::<String, V>::deserialize(deserializer)?;
    let named = map.into_iter().map(|(text, value)| {
        let name = parse_qualified_name(&text).map_err(D::Error::custom)?;
        Ok((name, value))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for (schema, name) in [
            ("public", "orders"),
            ("App", "Odd \"x\" . name"),
            ("a", "select"),
        ] {
            let name = QualifiedName::new(schema, name);
            assert_eq!(parse_qualified_name(&name.quoted()).unwrap(), name);
        }
        assert_eq!(
            parse_qualified_name("orders").unwrap(),
            QualifiedName::new("public", "orders")
        );
        for wrong in ["", "a.", "a b", "a.b.c", ".a", "1"] {
            assert!(parse_qualified_name(wrong).is_err(), "{wrong}");
        }
    }
}
