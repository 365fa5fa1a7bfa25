//! To be filled.

use pg_query::protobuf;

use crate::read::failure::Failure;
use crate::read::state::State;

/// Not read yet.
pub(in crate::read) fn apply(
    _state: &mut State,
    _statement: &protobuf::CreateStmt,
) -> Result<(), Failure> {
    Err(Failure::not_understood("this statement is not read"))
}

/// Not read yet.
pub(in crate::read) fn foreign(
    _state: &mut State,
    _statement: &protobuf::CreateForeignTableStmt,
) -> Result<(), Failure> {
    Err(Failure::not_understood("this statement is not read"))
}
