//! Sequences: those that stand alone, and those behind identity columns.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{Grant, Name, Persistence, QualifiedName};

/// GENERATED … AS IDENTITY.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Identity {
    /// ALWAYS, as opposed to BY DEFAULT.
    pub always: bool,
    /// Options of the sequence behind it.
    pub sequence: SequenceOptions,
    /// Name of the sequence, when it is not `table_column_seq` in the table's schema.
    pub name: Option<QualifiedName>,
    /// Persistence of the sequence, when it is not the table's.
    pub persistence: Option<Persistence>,
    /// `COMMENT ON SEQUENCE`.
    pub comment: Option<String>,
    /// Privileges on the sequence of everyone but the owner.
    pub grants: BTreeSet<Grant>,
}

/// Options of a sequence; `None` is PostgreSQL's default for its type and direction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SequenceOptions {
    /// START WITH.
    pub start: Option<i64>,
    /// INCREMENT BY.
    pub increment: Option<i64>,
    /// MINVALUE.
    pub minimum: Option<i64>,
    /// MAXVALUE.
    pub maximum: Option<i64>,
    /// CACHE.
    pub cache: Option<i64>,
    /// CYCLE.
    pub cycle: bool,
}

/// A sequence that stands alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sequence {
    /// `bigint`, `integer` or `smallint`.
    pub data_type: String,
    /// Options.
    pub options: SequenceOptions,
    /// The column that owns it (`OWNED BY`).
    pub owned_by: Option<(QualifiedName, Name)>,
    /// Unlogged.
    pub unlogged: bool,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON SEQUENCE`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner.
    pub grants: BTreeSet<Grant>,
}
