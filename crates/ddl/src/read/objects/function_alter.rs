//! ALTER FUNCTION, PROCEDURE and ROUTINE.

use pg_query::protobuf::AlterFunctionStmt;
use pgwright_catalog::{ObjectId, RoutineKind};

use super::address::Address;
use super::function_option::Options;
use crate::read::failure::Failure;
use crate::read::state::State;

/// Changes the options of a routine.
pub(super) fn alter(state: &mut State, s: &AlterFunctionStmt) -> Result<(), Failure> {
    let Some(object) = &s.func else {
        return Err(Failure::new("a function name is missing"));
    };
    let Address::Held(id) = state.routine_address(s.objtype(), object)? else {
        return Ok(());
    };
    let ObjectId::Routine(signature) = &id else {
        return Err(Failure::new(format!(
            "\"{}\" is an aggregate function",
            id.name()
        )));
    };
    let options = Options::read(state, &s.actions)?;
    state.touch(&id);
    let Some(routine) = state.catalog.routines.get_mut(signature) else {
        return Ok(());
    };
    let procedure = routine.kind == RoutineKind::Procedure;
    options.apply(routine, procedure)
}
