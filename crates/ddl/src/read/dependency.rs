//! What falls with an object: DROP with RESTRICT and CASCADE.

use pg_query::protobuf::DropStmt;

use super::failure::Failure;
use super::state::State;

/// DROP of any kind of object.
pub(super) fn apply(_state: &mut State, _statement: &DropStmt) -> Result<(), Failure> {
    Err(Failure::not_understood("DROP is not read"))
}
