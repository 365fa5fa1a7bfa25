//! What falls with an object: DROP with RESTRICT and CASCADE.

use pg_query::protobuf::DropStmt;

use super::failure::Failure;
use super::objects;
use super::state::State;

/// DROP of any kind of object.
pub(super) fn apply(state: &mut State, statement: &DropStmt) -> Result<(), Failure> {
    objects::drop_statement(state, statement)
}
