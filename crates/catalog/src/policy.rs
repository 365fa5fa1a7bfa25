//! Row-level security policies.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{Expression, Name};

/// A row-level security policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
