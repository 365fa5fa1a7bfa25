//! Values that expressions of DO blocks and functions have while a text is read.

use std::cmp::Ordering;
use std::fmt::Write as _;

use pgwright_catalog::quote_identifier;

use crate::read::failure::Failure;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// NULL.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other value as text.
    Text(String),
    /// An object of the catalog by its identifier, as `regclass` and the `oid` columns have it.
    Object(Object),
    /// An array.
    Array(Vec<Value>),
    /// A row of a query.
    Row(Vec<(String, Value)>),
}

/// An object of the catalog, which two object identifiers are equal by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// Which catalog of the server holds it.
    pub(super) class: Class,
    /// Its schema; empty for objects without one.
    pub(super) schema: String,
    /// Its name.
    pub(super) name: String,
    /// Whether its name needs no schema before it.
    pub(super) visible: bool,
}

/// The server's catalogs that objects are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Relation,
    Schema,
    Type,
    Routine,
    Constraint,
    Role,
}

/// Why an evaluation has no value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stop {
    /// The server would refuse it.
    Failure(Failure),
    /// It cannot be told without a server.
    Unknown(String),
    /// RETURN.
    Return(Option<Value>),
    /// EXIT, with the label of the loop.
    Exit(Option<String>),
    /// CONTINUE, with the label of the loop.
    Continue(Option<String>),
}

impl Stop {
    /// What cannot be told without a server.
    pub(super) fn unknown(what: impl Into<String>) -> Self {
        Self::Unknown(what.into())
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl Object {
    /// The name as the server prints it.
    fn text(&self) -> String {
        let name = quote_identifier(&self.name);
        if self.schema.is_empty() || self.visible {
            name
        } else {
            format!("{}.{name}", quote_identifier(&self.schema))
        }
    }
}

impl Value {
    /// A text, or null.
    pub(super) fn optional(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    /// As text, which null has none of.
    pub(super) fn text(&self) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Boolean(true) => "t".to_owned(),
            Self::Boolean(false) => "f".to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::Object(object) => object.text(),
            Self::Array(elements) => array_text(elements),
            Self::Row(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(_, value)| value.text().unwrap_or_default())
                    .collect();
                format!("({})", fields.join(","))
            }
        })
    }

    /// As a truth value; `None` is null.
    pub(super) fn truth(&self) -> Result<Option<bool>, Stop> {
        match self {
            Self::Null => Ok(None),
            Self::Boolean(value) => Ok(Some(*value)),
            Self::Text(text) => match text.to_ascii_lowercase().as_str() {
                "t" | "true" | "on" | "yes" | "1" => Ok(Some(true)),
                "f" | "false" | "off" | "no" | "0" => Ok(Some(false)),
                _ => Err(Stop::unknown("a condition that is no truth value")),
            },
            _ => Err(Stop::unknown("a condition that is no truth value")),
        }
    }

    /// As a number; `None` for null and for what is no number.
    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Which comes first; `None` when one of them is null, or they cannot be compared.
    pub(super) fn compare(&self, other: &Self) -> Result<Option<Ordering>, Stop> {
        Ok(match (self, other) {
            (Self::Null, _) | (_, Self::Null) => None,
            (Self::Object(a), Self::Object(b)) => {
                Some(
                    if a.class == b.class && a.schema == b.schema && a.name == b.name {
                        Ordering::Equal
                    } else {
                        // No order, but the same answer each time.
                        (&a.schema, &a.name, a.class as u8).cmp(&(
                            &b.schema,
                            &b.name,
                            b.class as u8,
                        ))
                    },
                )
            }
            // A literal next to an object identifier is read as one.
            (Self::Object(a), Self::Text(b)) | (Self::Text(b), Self::Object(a)) => Some(
                if a.text() == *b || format!("{}.{}", a.schema, a.name) == *b || *b == a.name {
                    Ordering::Equal
                } else {
                    a.text().cmp(b)
                },
            ),
            (Self::Integer(_), _) | (_, Self::Integer(_)) => {
                match (self.number(), other.number()) {
                    (Some(a), Some(b)) => Some(a.cmp(&b)),
                    _ => return Err(Stop::unknown("a comparison of a number with text")),
                }
            }
            (Self::Boolean(_), _) | (_, Self::Boolean(_)) => {
                let (Some(a), Some(b)) = (self.truth()?, other.truth()?) else {
                    return Ok(None);
                };
                Some(a.cmp(&b))
            }
            (a, b) => match (a.text(), b.text()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => None,
            },
        })
    }
}

fn array_text(elements: &[Value]) -> String {
    let mut text = "{".to_owned();
    for (at, element) in elements.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        match element.text() {
            None => text.push_str("NULL"),
            Some(plain)
                if !plain.is_empty()
                    && !plain.eq_ignore_ascii_case("null")
                    && !plain.contains(|c: char| {
                        c.is_whitespace() || matches!(c, '"' | '\\' | '{' | '}' | ',')
                    }) =>
            {
                text.push_str(&plain);
            }
            Some(other) => {
                let escaped = other.replace('\\', "\\\\").replace('"', "\\\"");
                let _ = write!(text, "\"{escaped}\"");
            }
        }
    }
    text.push('}');
    text
}

/// The elements of an array written as text: `{a,"b c",NULL}`.
pub(super) fn array_of(text: &str) -> Option<Vec<Value>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut elements = Vec::new();
    let mut characters = inner.chars().peekable();
    while characters.peek().is_some() {
        let mut element = String::new();
        let mut quoted = false;
        while let Some(character) = characters.next() {
            match character {
                '"' => {
                    quoted = true;
                    while let Some(inside) = characters.next() {
                        match inside {
                            '"' => break,
                            '\\' => element.extend(characters.next()),
                            _ => element.push(inside),
                        }
                    }
                }
                ',' => break,
                // Arrays of arrays are not read.
                '{' | '}' => return None,
                '\\' => element.extend(characters.next()),
                _ => element.push(character),
            }
        }
        elements.push(if !quoted && element.trim().eq_ignore_ascii_case("null") {
            Value::Null
        } else if quoted {
            Value::Text(element)
        } else {
            Value::Text(element.trim().to_owned())
        });
    }
    Some(elements)
}
