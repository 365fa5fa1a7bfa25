//! Tables and their columns.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use crate::{
    Constraint, ConstraintKind, ForeignKey, ForeignTable, Grant, Identity, Index, Key, Name,
    PartitionKey, PartitionOf, Policy, QualifiedName, Rule, Trigger, TriggerEnabled,
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

/// A table, a partitioned table, a partition or a foreign table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Table {
    /// Columns in their order. A partition that is not [`PartitionOf::attached`] holds only columns
    /// that differ from its parent's; a child of plain inheritance its own columns and, marked as
    /// [`Column::inherited`], those that differ from its parents'; a typed table those that say more
    /// than the type. [`leave_out_inherited`](crate::leave_out_inherited) decides it.
    pub columns: Vec<Column>,
    /// Constraints by name, without the checks and foreign keys that a partition or child has from its
    /// parent. NOT NULL stands at the column.
    pub constraints: BTreeMap<Name, Constraint>,
    /// Indexes by name, without those that back a constraint. What a partition has as its part of a
    /// partitioned index names that as its `parent`; a design need not list such parts.
    pub indexes: BTreeMap<Name, Index>,
    /// Triggers by name, without those a partition has from its parent.
    pub triggers: BTreeMap<Name, Trigger>,
    /// Enable states of triggers that a partition has from its parent, where they differ from it.
    pub inherited_trigger_states: BTreeMap<Name, TriggerEnabled>,
    /// Rules by name.
    pub rules: BTreeMap<Name, Rule>,
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
    /// `OF type`: the composite type of a typed table.
    pub of_type: Option<QualifiedName>,
    /// Server and options of a foreign table.
    pub foreign: Option<ForeignTable>,
    /// Permanent or unlogged.
    pub persistence: Persistence,
    /// Table access method, when it is not `heap`.
    pub access_method: Option<Name>,
    /// `REPLICA IDENTITY`.
    pub replica_identity: ReplicaIdentity,
    /// Index that `CLUSTER` orders the table by, that of a constraint included.
    pub clustered_on: Option<Name>,
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Column {
    /// Name.
    pub name: Name,
    /// Type as `format_type` prints it with an empty search path: `numeric(12,2)`, `crm.stage`,
    /// `timestamp with time zone`.
    pub data_type: String,
    /// NOT NULL. A child by plain inheritance does not repeat what it has from a parent alone.
    pub not_null: bool,
    /// What the NOT NULL constraint says beyond that.
    pub not_null_constraint: NotNull,
    /// DEFAULT expression.
    pub default: Option<Expression>,
    /// GENERATED … AS IDENTITY. A partition does not repeat that of its parent (PostgreSQL 17).
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
    /// Attribute options: `n_distinct`, `n_distinct_inherited`.
    pub options: BTreeMap<String, String>,
    /// Options of a foreign table's column.
    pub foreign_options: BTreeMap<String, String>,
    /// The column comes from a parent by plain inheritance, and stands here for what differs.
    pub inherited: bool,
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
            not_null_constraint: NotNull::default(),
            default: None,
            identity: None,
            generated: None,
            collation: None,
            storage: None,
            compression: None,
            statistics: None,
            options: BTreeMap::new(),
            foreign_options: BTreeMap::new(),
            inherited: false,
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

/// What a NOT NULL constraint says beyond being there (PostgreSQL 18).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotNull {
    /// Its name, when it is not the automatic `table_column_not_null` (cut as
    /// [`object_name`](crate::object_name) does), nor that of the parent's constraint it is merged
    /// with. `None` before PostgreSQL 18, which does not name it.
    pub name: Option<Name>,
    /// NOT VALID.
    pub not_valid: bool,
    /// NO INHERIT.
    pub no_inherit: bool,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}

/// How replicas tell which row was changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReplicaIdentity {
    /// DEFAULT: by the primary key.
    #[default]
    Default,
    /// FULL: by all columns.
    Full,
    /// NOTHING.
    Nothing,
    /// USING INDEX, that of a constraint included.
    Index(Name),
}

/// A generated column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Generated {
    /// The expression.
    pub expression: Expression,
    /// STORED, as opposed to VIRTUAL (PostgreSQL 18).
    pub stored: bool,
}

/// Permanent or unlogged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Persistence {
    /// Logged and kept.
    #[default]
    Permanent,
    /// Not logged: truncated after a crash.
    Unlogged,
}
