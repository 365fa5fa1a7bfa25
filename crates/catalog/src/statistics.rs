//! Extended statistics objects.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{IndexKey, Name, QualifiedName};

/// An extended statistics object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statistics {
    /// The table.
    pub table: QualifiedName,
    /// The kinds: `ndistinct`, `dependencies`, `mcv`; empty for the statistics of one expression.
    pub kinds: BTreeSet<String>,
    /// Columns, in the table's order, then expressions.
    pub elements: Vec<IndexKey>,
    /// Statistics target, when chosen.
    pub target: Option<i32>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON STATISTICS`.
    pub comment: Option<String>,
}
