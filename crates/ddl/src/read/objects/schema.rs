//! Schemas.

use pg_query::NodeEnum;
use pg_query::protobuf::CreateSchemaStmt;
use pgwright_catalog::{Name, ObjectId, Schema};

use super::nodes::{self, WrittenRole};
use crate::read::failure::Failure;
use crate::read::names;
use crate::read::state::State;
use crate::read::statement;

/// CREATE SCHEMA, with the statements inside it.
pub(super) fn create(state: &mut State, s: &CreateSchemaStmt) -> Result<(), Failure> {
    let authorization = s.authrole.as_ref().map(nodes::role);
    let owner = match &authorization {
        Some(WrittenRole::Named(role)) => Some(role.clone()),
        Some(WrittenRole::Session) => state.session.session_user.clone(),
        _ => state.session.role.clone(),
    };
    let name = if s.schemaname.is_empty() {
        match &owner {
            Some(owner) => owner.clone(),
            None => {
                return Err(Failure::not_understood(
                    "CREATE SCHEMA AUTHORIZATION of a role that the text does not name",
                ));
            }
        }
    } else {
        Name::new(names::truncate(&s.schemaname))
    };
    if name.as_str().starts_with("pg_") {
        return Err(Failure::new(format!("unacceptable schema name \"{name}\""))
            .hint("The prefix \"pg_\" is reserved for system schemas."));
    }
    if state.schemas.contains(&name) {
        if s.if_not_exists {
            return Ok(());
        }
        return Err(Failure::exists("schema", name.as_str()));
    }
    let id = ObjectId::Schema(name.clone());
    state.touch_schemas();
    state.touch(&id);
    state.schemas.insert(name.clone());
    let held = Schema {
        owner: owner
            .clone()
            .filter(|role| Some(role) != state.implied_owner.as_ref()),
        ..Schema::default()
    };
    state.catalog.schemas.insert(name.clone(), held);
    state.set_initial_privileges(&id);
    elements(state, s, &name, owner)
}

/// The statements inside CREATE SCHEMA run as the schema's owner, in it, in an order of their kinds.
fn elements(
    state: &mut State,
    s: &CreateSchemaStmt,
    name: &Name,
    owner: Option<Name>,
) -> Result<(), Failure> {
    if s.schema_elts.is_empty() {
        return Ok(());
    }
    state.touch_session();
    let before = state.session.clone();
    state.session.search_path.insert(0, name.clone());
    state.session.role = owner;
    let order = |node: &NodeEnum| match node {
        NodeEnum::CreateSeqStmt(_) => 0,
        NodeEnum::CreateStmt(_) => 1,
        NodeEnum::ViewStmt(_) => 2,
        NodeEnum::IndexStmt(_) => 3,
        NodeEnum::CreateTrigStmt(_) => 4,
        _ => 5,
    };
    let mut inside: Vec<&NodeEnum> = s
        .schema_elts
        .iter()
        .filter_map(|node| node.node.as_ref())
        .collect();
    inside.sort_by_key(|node| order(node));
    let result = inside
        .into_iter()
        .try_for_each(|node| statement::apply(state, node));
    state.session = before;
    result
}
