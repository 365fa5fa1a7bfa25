//! Text search: parsers, templates, dictionaries and configurations.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Name, QualifiedName};

/// A text search parser.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextSearchParser {
    /// The functions by their parameter: `start`, `gettoken`, `end`, `lextypes`, `headline`.
    pub functions: BTreeMap<String, QualifiedName>,
    /// `COMMENT ON TEXT SEARCH PARSER`.
    pub comment: Option<String>,
}

/// A text search template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextSearchTemplate {
    /// The functions by their parameter: `init`, `lexize`.
    pub functions: BTreeMap<String, QualifiedName>,
    /// `COMMENT ON TEXT SEARCH TEMPLATE`.
    pub comment: Option<String>,
}

/// A text search dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextSearchDictionary {
    /// The template.
    pub template: QualifiedName,
    /// Options of the template by name, each as SQL text: a quoted string.
    pub options: BTreeMap<String, String>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON TEXT SEARCH DICTIONARY`.
    pub comment: Option<String>,
}

/// A text search configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextSearchConfiguration {
    /// The parser.
    pub parser: QualifiedName,
    /// The dictionaries of each kind of token, in the order they are asked.
    pub mappings: BTreeMap<Name, Vec<QualifiedName>>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON TEXT SEARCH CONFIGURATION`.
    pub comment: Option<String>,
}
