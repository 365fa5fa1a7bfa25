//! Views and materialized views.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{Expression, Grant, Index, Name, Rule, Trigger};

/// A view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct View {
    /// Output columns, in order. Empty in a design whose query has not been run.
    pub columns: Vec<ViewColumn>,
    /// The SELECT, without a closing semicolon.
    pub query: String,
    /// `security_barrier`, `security_invoker`, `check_option`.
    pub options: BTreeMap<String, String>,
    /// INSTEAD OF triggers by name.
    pub triggers: BTreeMap<Name, Trigger>,
    /// Rules by name, without the one that makes it a view.
    pub rules: BTreeMap<Name, Rule>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON VIEW`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner.
    pub grants: BTreeSet<Grant>,
}

/// A materialized view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MaterializedView {
    /// Output columns, in order. Empty in a design whose query has not been run.
    pub columns: Vec<ViewColumn>,
    /// The SELECT, without a closing semicolon.
    pub query: String,
    /// Indexes by name. A concurrent refresh needs a unique one over columns, without WHERE.
    pub indexes: BTreeMap<Name, Index>,
    /// Storage parameters.
    pub options: BTreeMap<String, String>,
    /// Table access method, when it is not `heap`.
    pub access_method: Option<Name>,
    /// Tablespace, when it is not the default.
    pub tablespace: Option<Name>,
    /// Index that `CLUSTER` orders it by.
    pub clustered_on: Option<Name>,
    /// `WITH NO DATA`: it was never refreshed.
    pub unpopulated: bool,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON MATERIALIZED VIEW`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner.
    pub grants: BTreeSet<Grant>,
}

/// An output column of a view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ViewColumn {
    /// Name.
    pub name: Name,
    /// Type, when known.
    pub data_type: Option<String>,
    /// DEFAULT, for INSERT into an updatable view.
    pub default: Option<Expression>,
    /// Statistics target, when chosen (materialized views).
    pub statistics: Option<i32>,
    /// Storage, when it is not the type's own (materialized views).
    pub storage: Option<String>,
    /// Compression method, when chosen (materialized views).
    pub compression: Option<String>,
    /// `COMMENT ON COLUMN`.
    pub comment: Option<String>,
}
