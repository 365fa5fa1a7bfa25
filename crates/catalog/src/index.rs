//! Indexes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Expression, Name};

/// An index that backs no constraint; its name is its key in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Index {
    /// Access method: `btree`, `gin`, `gist`, `brin`, `hash`, `spgist` or an extension's.
    pub method: Name,
    /// UNIQUE.
    pub unique: bool,
    /// NULLS NOT DISTINCT (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// Key columns and expressions.
    pub elements: Vec<IndexElement>,
    /// INCLUDE columns.
    pub include: Vec<Name>,
    /// WHERE, without the outer parentheses.
    pub predicate: Option<Expression>,
    /// Storage parameters.
    pub options: BTreeMap<String, String>,
    /// Tablespace, when it is not the default.
    pub tablespace: Option<Name>,
    /// `ON ONLY`: the index of a partitioned table that some partitions have no part of, so that it is
    /// not valid. One that is complete lists its parts at the partitions.
    pub only: bool,
    /// The index of the partitioned parent that this one of a partition is part of.
    pub parent: Option<Name>,
    /// `COMMENT ON INDEX`.
    pub comment: Option<String>,
}

impl Index {
    /// A plain B-tree over columns.
    pub fn btree<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self {
            method: Name::new("btree"),
            unique: false,
            nulls_not_distinct: false,
            elements: columns
                .into_iter()
                .map(|c| IndexElement::column(c))
                .collect(),
            include: Vec::new(),
            predicate: None,
            options: BTreeMap::new(),
            tablespace: None,
            only: false,
            parent: None,
            comment: None,
        }
    }
}

/// A key of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IndexElement {
    /// Column or expression.
    pub key: IndexKey,
    /// Operator class, with parameters if any, when it is not the type's default.
    pub operator_class: Option<String>,
    /// Collation, when it is not the column's.
    pub collation: Option<String>,
    /// DESC.
    pub descending: bool,
    /// NULLS FIRST. A descending key has it by default.
    pub nulls_first: bool,
    /// Statistics target of an expression, when chosen.
    pub statistics: Option<i32>,
}

impl IndexElement {
    /// An ascending key on a column.
    pub fn column(name: impl Into<Name>) -> Self {
        Self::on(IndexKey::Column(name.into()))
    }

    /// An ascending key on an expression.
    pub fn expression(sql: impl Into<String>) -> Self {
        Self::on(IndexKey::Expression(Expression::new(sql)))
    }

    fn on(key: IndexKey) -> Self {
        Self {
            key,
            operator_class: None,
            collation: None,
            descending: false,
            nulls_first: false,
            statistics: None,
        }
    }

    /// The same key, descending (nulls first, as PostgreSQL has it by default).
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self.nulls_first = true;
        self
    }

    /// The same key with an operator class.
    pub fn operator_class(mut self, class: impl Into<String>) -> Self {
        self.operator_class = Some(class.into());
        self
    }
}

/// Column or expression of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IndexKey {
    /// A column.
    Column(Name),
    /// An expression, without the outer parentheses.
    Expression(Expression),
}
