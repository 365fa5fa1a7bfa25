//! To be filled.

use pg_query::protobuf;

use crate::read::failure::Failure;
use crate::read::state::State;

/// Not read yet.
pub(in crate::read) fn apply(
    _state: &mut State,
    _statement: &protobuf::RenameStmt,
) -> Result<(), Failure> {
    Err(Failure::not_understood("this statement is not read"))
}

/// Whether the statement is about a table or what stands on one.
pub(in crate::read) fn handles(_statement: &protobuf::RenameStmt) -> bool {
    false
}
