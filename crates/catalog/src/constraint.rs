//! Table constraints: keys, foreign keys, checks and exclusions.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Expression, IndexElement, Name, QualifiedName};

/// A table constraint; its name is its key in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Constraint {
    /// What it demands.
    pub kind: ConstraintKind,
    /// When it is checked.
    pub deferrability: Deferrability,
    /// False for NOT VALID.
    pub validated: bool,
    /// False for NOT ENFORCED (PostgreSQL 18).
    pub enforced: bool,
    /// NO INHERIT.
    pub no_inherit: bool,
    /// The key or exclusion constraint of the partitioned parent that this one of a partition is part
    /// of, or the parent's index where that backs no constraint.
    pub parent: Option<Name>,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
    /// `COMMENT ON INDEX` of the index behind a key or exclusion constraint.
    pub index_comment: Option<String>,
}

impl Constraint {
    /// A constraint that is checked at once, valid and enforced.
    pub fn new(kind: ConstraintKind) -> Self {
        Self {
            kind,
            deferrability: Deferrability::NotDeferrable,
            validated: true,
            enforced: true,
            no_inherit: false,
            parent: None,
            comment: None,
            index_comment: None,
        }
    }

    /// A check constraint.
    pub fn check(sql: impl Into<String>) -> Self {
        Self::new(ConstraintKind::Check(Expression::new(sql)))
    }

    /// A primary key over columns.
    pub fn primary_key<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self::new(ConstraintKind::PrimaryKey(Key::new(columns)))
    }

    /// A unique constraint over columns.
    pub fn unique<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self::new(ConstraintKind::Unique(Key::new(columns)))
    }

    /// The same constraint with a comment.
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.comment = Some(text.into());
        self
    }
}

/// What a constraint demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    /// PRIMARY KEY.
    PrimaryKey(Key),
    /// UNIQUE.
    Unique(Key),
    /// FOREIGN KEY.
    ForeignKey(ForeignKey),
    /// CHECK.
    Check(Expression),
    /// EXCLUDE.
    Exclusion {
        /// Index method, usually `gist`.
        method: Name,
        /// Elements with their operators.
        elements: Vec<ExclusionElement>,
        /// WHERE, without the outer parentheses.
        predicate: Option<Expression>,
        /// INCLUDE columns.
        include: Vec<Name>,
        /// Storage parameters of the index behind it.
        options: BTreeMap<String, String>,
        /// Tablespace of the index behind it.
        tablespace: Option<Name>,
    },
}

/// A primary key or unique constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Key {
    /// Columns in order.
    pub columns: Vec<Name>,
    /// INCLUDE columns.
    pub include: Vec<Name>,
    /// NULLS NOT DISTINCT (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// The last column WITHOUT OVERLAPS (PostgreSQL 18).
    pub without_overlaps: bool,
    /// Storage parameters of the index behind it.
    pub options: BTreeMap<String, String>,
    /// Tablespace of the index behind it.
    pub tablespace: Option<Name>,
}

impl Key {
    /// A key over columns.
    pub fn new<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForeignKey {
    /// Referencing columns.
    pub columns: Vec<Name>,
    /// Referenced table.
    pub references: QualifiedName,
    /// Referenced columns, in the order of `columns`.
    pub referenced_columns: Vec<Name>,
    /// MATCH FULL, as opposed to MATCH SIMPLE.
    pub match_full: bool,
    /// ON DELETE.
    pub on_delete: ReferentialAction,
    /// ON UPDATE.
    pub on_update: ReferentialAction,
    /// The last column pair with PERIOD (PostgreSQL 18).
    pub period: bool,
}

impl ForeignKey {
    /// A foreign key that refuses deletion and update of a referenced row.
    pub fn new<A: Into<Name>, B: Into<Name>>(
        columns: impl IntoIterator<Item = A>,
        references: QualifiedName,
        referenced_columns: impl IntoIterator<Item = B>,
    ) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            references,
            referenced_columns: referenced_columns.into_iter().map(Into::into).collect(),
            match_full: false,
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            period: false,
        }
    }
}

/// ON DELETE and ON UPDATE actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReferentialAction {
    /// NO ACTION.
    NoAction,
    /// RESTRICT.
    Restrict,
    /// CASCADE.
    Cascade,
    /// SET NULL, of the listed columns only when there are any (PostgreSQL 15).
    SetNull(Vec<Name>),
    /// SET DEFAULT, of the listed columns only when there are any (PostgreSQL 15).
    SetDefault(Vec<Name>),
}

/// When a constraint is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Deferrability {
    /// NOT DEFERRABLE.
    NotDeferrable,
    /// DEFERRABLE INITIALLY IMMEDIATE.
    InitiallyImmediate,
    /// DEFERRABLE INITIALLY DEFERRED.
    InitiallyDeferred,
}

/// An element of an exclusion constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExclusionElement {
    /// Column or expression with its operator class and order.
    pub element: IndexElement,
    /// Operator: `=`, `&&`.
    pub operator: String,
}
