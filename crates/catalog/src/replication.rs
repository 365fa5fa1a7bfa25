//! Logical replication: publications and subscriptions.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{Expression, Name, QualifiedName};

/// A publication.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// FOR ALL TABLES.
    pub all_tables: bool,
    /// FOR TABLES IN SCHEMA (PostgreSQL 15).
    pub schemas: BTreeSet<Name>,
    /// FOR TABLE.
    pub tables: BTreeMap<QualifiedName, PublishedTable>,
    /// `publish`, `publish_via_partition_root`, `publish_generated_columns`, where not the default.
    pub options: BTreeMap<String, String>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON PUBLICATION`.
    pub comment: Option<String>,
}

/// What of a table is published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PublishedTable {
    /// Columns, when not all (PostgreSQL 15).
    pub columns: Option<Vec<Name>>,
    /// WHERE, without the outer parentheses (PostgreSQL 15).
    pub predicate: Option<Expression>,
}

/// A subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Subscription {
    /// CONNECTION without its password; `None` when it could not be read.
    pub connection: Option<String>,
    /// The publications.
    pub publications: BTreeSet<Name>,
    /// Options where not the default: `slot_name`, `streaming`, `two_phase` …
    pub options: BTreeMap<String, String>,
    /// It is enabled.
    pub enabled: bool,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON SUBSCRIPTION`.
    pub comment: Option<String>,
}
