//! To be filled.

use pg_query::protobuf;

use crate::read::failure::Failure;
use crate::read::state::State;

/// Not read yet.
pub(in crate::read) fn create(
    _state: &mut State,
    _statement: &protobuf::CreateStatsStmt,
) -> Result<(), Failure> {
    Err(Failure::not_understood("this statement is not read"))
}

/// Not read yet.
pub(in crate::read) fn alter(
    _state: &mut State,
    _statement: &protobuf::AlterStatsStmt,
) -> Result<(), Failure> {
    Err(Failure::not_understood("this statement is not read"))
}
