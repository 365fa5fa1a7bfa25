//! Event triggers.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{Name, QualifiedName, TriggerEnabled};

/// An event trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventTrigger {
    /// The event: `ddl_command_start`, `ddl_command_end`, `sql_drop`, `table_rewrite`, `login`.
    pub event: String,
    /// WHEN TAG IN: the command tags; none is every command.
    pub tags: BTreeSet<String>,
    /// The function.
    pub function: QualifiedName,
    /// Enable state.
    pub enabled: TriggerEnabled,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON EVENT TRIGGER`.
    pub comment: Option<String>,
}
