//! Tables: columns, partitioning, row-level security, and the sequences behind columns.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use crate::{
    Constraint, ConstraintKind, ForeignKey, Grant, Index, Key, Name, QualifiedName, Trigger,
};

/// SQL text of an expression. Names in it are schema-qualified unless they are in `pg_catalog`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expression(pub String);

impl Expression {
    /// An expression from its SQL text.
    pub fn new(sql: impl Into<String>) -> Self {
        Self(sql.into())
    }

    /// The SQL text.
    pub fn sql(&self) -> &str {
        &self.0
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A table, a partitioned table or a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Columns in their order. A partition holds only columns that differ from its parent's.
    pub columns: Vec<Column>,
    /// Constraints by name, without those a partition has from its parent. NOT NULL stands at the
    /// column.
    pub constraints: BTreeMap<Name, Constraint>,
    /// Indexes by name, without those that back a constraint or come from a partitioned parent.
    pub indexes: BTreeMap<Name, Index>,
    /// Triggers by name, without those a partition has from its parent.
    pub triggers: BTreeMap<Name, Trigger>,
    /// Row-level security policies by name.
    pub policies: BTreeMap<Name, Policy>,
    /// `ENABLE ROW LEVEL SECURITY`.
    pub row_security: bool,
    /// `FORCE ROW LEVEL SECURITY`: policies hold for the table's owner too.
    pub force_row_security: bool,
    /// `PARTITION BY`, for a partitioned table.
    pub partition_by: Option<PartitionKey>,
    /// `PARTITION OF`, for a partition.
    pub partition_of: Option<PartitionOf>,
    /// Parents by plain inheritance, in order.
    pub inherits: Vec<QualifiedName>,
    /// Permanent, unlogged or temporary.
    pub persistence: Persistence,
    /// Storage parameters (`WITH (…)`), such as `fillfactor` or `autovacuum_vacuum_scale_factor`.
    pub options: BTreeMap<String, String>,
    /// Tablespace, when it is not the database's default.
    pub tablespace: Option<Name>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON TABLE`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner, column privileges included.
    pub grants: BTreeSet<Grant>,
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name.as_str() == name)
    }

    /// The column of that name, to change.
    pub fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|c| c.name.as_str() == name)
    }

    /// The primary key: constraint name and key.
    pub fn primary_key(&self) -> Option<(&Name, &Key)> {
        self.constraints.iter().find_map(|(name, c)| match &c.kind {
            ConstraintKind::PrimaryKey(key) => Some((name, key)),
            _ => None,
        })
    }

    /// Foreign keys in name order.
    pub fn foreign_keys(&self) -> impl Iterator<Item = (&Name, &ForeignKey)> {
        self.constraints
            .iter()
            .filter_map(|(name, c)| match &c.kind {
                ConstraintKind::ForeignKey(fk) => Some((name, fk)),
                _ => None,
            })
    }

    /// Primary key and unique constraints in name order.
    pub fn keys(&self) -> impl Iterator<Item = (&Name, &Key)> {
        self.constraints
            .iter()
            .filter_map(|(name, c)| match &c.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => Some((name, key)),
                _ => None,
            })
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Name.
    pub name: Name,
    /// Type as `format_type` prints it with an empty search path: `numeric(12,2)`, `crm.stage`,
    /// `timestamp with time zone`.
    pub data_type: String,
    /// NOT NULL.
    pub not_null: bool,
    /// DEFAULT expression.
    pub default: Option<Expression>,
    /// GENERATED … AS IDENTITY.
    pub identity: Option<Identity>,
    /// GENERATED ALWAYS AS (…).
    pub generated: Option<Generated>,
    /// Collation, when it is not the type's own.
    pub collation: Option<QualifiedName>,
    /// Storage (`PLAIN`, `EXTERNAL`, `EXTENDED`, `MAIN`), when it is not the type's own.
    pub storage: Option<String>,
    /// Compression method, when chosen.
    pub compression: Option<String>,
    /// Statistics target, when chosen.
    pub statistics: Option<i32>,
    /// `COMMENT ON COLUMN`.
    pub comment: Option<String>,
}

impl Column {
    /// A nullable column of a type, with nothing else said.
    pub fn new(name: impl Into<Name>, data_type: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            data_type: data_type.into(),
            not_null: false,
            default: None,
            identity: None,
            generated: None,
            collation: None,
            storage: None,
            compression: None,
            statistics: None,
            comment: None,
        }
    }

    /// The same column, NOT NULL.
    pub fn not_null(mut self) -> Self {
        self.not_null = true;
        self
    }

    /// The same column with a default.
    pub fn default(mut self, sql: impl Into<String>) -> Self {
        self.default = Some(Expression::new(sql));
        self
    }

    /// The same column with a comment.
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.comment = Some(text.into());
        self
    }
}

/// GENERATED … AS IDENTITY.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// ALWAYS, as opposed to BY DEFAULT.
    pub always: bool,
    /// Options of the sequence behind it.
    pub sequence: SequenceOptions,
}

/// A generated column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// The expression.
    pub expression: Expression,
    /// STORED, as opposed to VIRTUAL (PostgreSQL 18).
    pub stored: bool,
}

/// Options of a sequence; `None` is PostgreSQL's default for its type and direction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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

/// Permanent, unlogged or temporary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Persistence {
    /// Logged and kept.
    #[default]
    Permanent,
    /// Not logged: truncated after a crash.
    Unlogged,
}

/// `PARTITION BY`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionKey {
    /// `RANGE`, `LIST` or `HASH`.
    pub strategy: String,
    /// Columns or expressions, as SQL.
    pub elements: Vec<String>,
}

/// `PARTITION OF parent …`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: QualifiedName,
    /// Which rows it takes.
    pub bound: PartitionBound,
}

/// Which rows a partition takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// A row-level security policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// The command it is for.
    pub command: PolicyCommand,
    /// PERMISSIVE, as opposed to RESTRICTIVE.
    pub permissive: bool,
    /// Roles it is for; empty is PUBLIC.
    pub roles: BTreeSet<Name>,
    /// USING.
    pub using: Option<Expression>,
    /// WITH CHECK.
    pub with_check: Option<Expression>,
    /// `COMMENT ON POLICY`.
    pub comment: Option<String>,
}

/// The command of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyCommand {
    /// FOR ALL.
    All,
    /// FOR SELECT.
    Select,
    /// FOR INSERT.
    Insert,
    /// FOR UPDATE.
    Update,
    /// FOR DELETE.
    Delete,
}
