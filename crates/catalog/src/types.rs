//! Enumerations, domains, composite types and range types.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{Expression, Grant, Name, Privilege, QualifiedName};

/// A user-defined type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Type {
    /// What kind, with its parts.
    pub kind: TypeKind,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON TYPE` or `COMMENT ON DOMAIN`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner; by default PUBLIC has USAGE.
    pub grants: BTreeSet<Grant>,
}

impl Type {
    /// A type with PostgreSQL's default privileges.
    pub fn new(kind: TypeKind) -> Self {
        Self {
            kind,
            owner: None,
            comment: None,
            grants: BTreeSet::from([Grant::to_public(Privilege::Usage)]),
        }
    }
}

/// Kinds of user-defined types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TypeKind {
    /// `AS ENUM`: labels in order.
    Enum(Vec<String>),
    /// A domain.
    Domain {
        /// Base type as `format_type` prints it.
        base: String,
        /// Collation, when it is not the base type's.
        collation: Option<QualifiedName>,
        /// DEFAULT.
        default: Option<Expression>,
        /// NOT NULL.
        not_null: bool,
        /// CHECK constraints by name, in name order; `VALUE` is the value. False for NOT VALID.
        checks: Vec<(Name, Expression, bool)>,
    },
    /// A composite type: attributes in order.
    Composite(Vec<CompositeAttribute>),
    /// A range type.
    Range {
        /// Subtype.
        subtype: String,
        /// Subtype's operator class, when it is not the default.
        subtype_operator_class: Option<String>,
        /// Collation.
        collation: Option<QualifiedName>,
        /// Canonical function.
        canonical: Option<QualifiedName>,
        /// Difference function.
        subtype_diff: Option<QualifiedName>,
        /// Name of the multirange type (PostgreSQL 14).
        multirange: Option<Name>,
    },
}

/// An attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CompositeAttribute {
    /// Name.
    pub name: Name,
    /// Type.
    pub data_type: String,
    /// Collation, when it is not the type's own.
    pub collation: Option<QualifiedName>,
    /// `COMMENT ON COLUMN`.
    pub comment: Option<String>,
}
