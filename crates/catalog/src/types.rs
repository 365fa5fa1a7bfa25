//! Enumerations, domains, composite types, range types and base types.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{Expression, Grant, Name, Privilege, QualifiedName};

/// A user-defined type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
        /// Name of the NOT NULL constraint (PostgreSQL 17), when it is not the automatic one.
        not_null_name: Option<Name>,
        /// CHECK constraints by name.
        checks: BTreeMap<Name, DomainCheck>,
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
    /// A base type: the parameters of `CREATE TYPE` by their names in the manual, in lower case
    /// (`input`, `output`, `internallength` …), as SQL text; what has its default is left out, and
    /// `like` is resolved to what it stands for. Functions and types are spelled as the server prints
    /// them with an empty search path (`int4in`, `crm.point_in`), `default`, `category` and
    /// `delimiter` are quoted (`'N'`), flags are `true`, words are in lower case (`int4`, `extended`).
    Base(BTreeMap<String, String>),
    /// A type of which nothing is known but its name: declared by `CREATE TYPE name`, to be defined
    /// later.
    Shell,
}

/// A CHECK constraint of a domain; its name is its key in the domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DomainCheck {
    /// The condition, in which `VALUE` is the value.
    pub expression: Expression,
    /// False for NOT VALID.
    pub validated: bool,
    /// `COMMENT ON CONSTRAINT … ON DOMAIN`.
    pub comment: Option<String>,
}

impl DomainCheck {
    /// A check that holds for all values, without a comment.
    pub fn new(sql: impl Into<String>) -> Self {
        Self {
            expression: Expression::new(sql),
            validated: true,
            comment: None,
        }
    }
}

/// An attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
