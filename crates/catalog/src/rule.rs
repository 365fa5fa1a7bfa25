//! Rewrite rules of tables and views.

use serde::Serialize;

use crate::{Expression, TriggerEnabled};

/// A rule; its name is its key in the table or view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rule {
    /// The command it rewrites.
    pub event: RuleEvent,
    /// WHERE, without the outer parentheses.
    pub condition: Option<Expression>,
    /// DO INSTEAD, as opposed to DO ALSO.
    pub instead: bool,
    /// The commands, without semicolons; none is NOTHING.
    pub actions: Vec<String>,
    /// Enable state.
    pub enabled: TriggerEnabled,
    /// `COMMENT ON RULE`.
    pub comment: Option<String>,
}

/// The command that a rule rewrites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RuleEvent {
    /// ON SELECT.
    Select,
    /// ON INSERT.
    Insert,
    /// ON UPDATE.
    Update,
    /// ON DELETE.
    Delete,
}
