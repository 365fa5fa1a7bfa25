//! Statements about the session, data and maintenance.

use pg_query::NodeEnum;

use crate::read::failure::Failure;
use crate::read::state::State;

/// Applies a statement about the session, or `None` when it is another kind of statement.
pub(in crate::read) fn apply(_state: &mut State, _node: &NodeEnum) -> Option<Result<(), Failure>> {
    None
}
