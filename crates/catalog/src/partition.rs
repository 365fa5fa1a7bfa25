//! Partitioning: how a table is divided, and which part a partition is.

use serde::Serialize;

use crate::QualifiedName;

/// `PARTITION BY`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartitionKey {
    /// `RANGE`, `LIST` or `HASH`.
    pub strategy: String,
    /// Columns or expressions, as SQL.
    pub elements: Vec<String>,
}

/// `PARTITION OF parent …`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: QualifiedName,
    /// Which rows it takes.
    pub bound: PartitionBound,
    /// The partition holds all its columns, not only those that differ from its parent's: it is made
    /// as a table of its own and then attached. So a partition is held whose columns stand in another
    /// order, or lack what `PARTITION OF` would give them: a default, NOT NULL of the parent's constraint
    /// name, generation expression, collation, storage or compression.
    pub attached: bool,
}

/// Which rows a partition takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartitionBound {
    /// `FOR VALUES FROM (…) TO (…)`: the two lists as SQL.
    Range {
        /// Lower bound, inclusive.
        from: Vec<String>,
        /// Upper bound, exclusive.
        to: Vec<String>,
    },
    /// `FOR VALUES IN (…)`.
    List(Vec<String>),
    /// `FOR VALUES WITH (MODULUS …, REMAINDER …)`.
    Hash {
        /// Modulus.
        modulus: i32,
        /// Remainder.
        remainder: i32,
    },
    /// `DEFAULT`.
    Default,
}
