//! ALTER … SET SCHEMA, of everything but tables and what stands on them.

use pg_query::protobuf::AlterObjectSchemaStmt;
use pgwright_catalog::ObjectId;

use super::address::Address;
use super::nodes;
use crate::read::failure::Failure;
use crate::read::state::State;

/// Moves an object to another schema.
pub(super) fn apply(state: &mut State, s: &AlterObjectSchemaStmt) -> Result<(), Failure> {
    let schema = state.existing_schema(&s.newschema)?;
    let address = match (&s.relation, s.object.as_deref()) {
        (Some(relation), _) => state.relation_address(s.object_type(), &nodes::range_var(relation)),
        (None, Some(node)) => state.address(s.object_type(), node),
        (None, None) => return Ok(()),
    };
    let old = match address {
        Ok(Address::Held(id)) => id,
        Ok(Address::NotHeld) => return Ok(()),
        Err(_) if s.missing_ok => return Ok(()),
        Err(failure) => return Err(failure),
    };
    if let ObjectId::Extension(name) = &old {
        state.touch(&old);
        if let Some(held) = state.catalog.extensions.get_mut(name) {
            held.schema = Some(schema);
        }
        return Ok(());
    }
    let Some(moved) = super::moved::in_schema(&old, &schema) else {
        return Err(Failure::not_understood("this SET SCHEMA is not read"));
    };
    if moved == old {
        return Ok(());
    }
    state.move_object(&old, &moved)
}
