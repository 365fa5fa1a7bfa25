//! Foreign data: wrappers, servers and user mappings. Secrets are never kept.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::protobuf::{
    AlterFdwStmt, AlterForeignServerStmt, AlterUserMappingStmt, CreateFdwStmt,
    CreateForeignServerStmt, CreateUserMappingStmt, DropUserMappingStmt, Node, RoleSpec,
};
use pgwright_catalog::{
    ForeignDataWrapper, ForeignServer, Name, ObjectId, UserMapping, UserMappingName,
    is_secret_option,
};

use super::nodes::{self, WrittenRole};
use super::{extension, options};
use crate::read::failure::Failure;
use crate::read::state::State;

/// HANDLER and VALIDATOR; one that is said without a name is taken away.
fn functions(state: &State, list: &[Node], wrapper: &mut ForeignDataWrapper) {
    for option in options::options(list) {
        let function = option
            .node()
            .map(|_| state.function_named(&option.written()));
        match option.name() {
            "handler" => wrapper.handler = function,
            "validator" => wrapper.validator = function,
            _ => {}
        }
    }
}

fn set_wrapper(state: &mut State, name: Name, held: ForeignDataWrapper) {
    let id = ObjectId::ForeignDataWrapper(name.clone());
    let needed = [&held.handler, &held.validator]
        .into_iter()
        .flatten()
        .flat_map(|function| state.function_objects(function))
        .collect();
    state.touch(&id);
    state.catalog.foreign_data_wrappers.insert(name, held);
    state.set_uses(id, needed);
}

/// CREATE FOREIGN DATA WRAPPER.
pub(super) fn create_wrapper(state: &mut State, s: &CreateFdwStmt) -> Result<(), Failure> {
    let name = Name::new(s.fdwname.clone());
    if state.catalog.foreign_data_wrappers.contains_key(&name)
        || extension::brings(state, "wrapper", name.as_str())
    {
        return Err(Failure::exists("foreign-data wrapper", name.as_str()));
    }
    let mut held = ForeignDataWrapper {
        owner: state.new_owner(),
        ..ForeignDataWrapper::default()
    };
    functions(state, &s.func_options, &mut held);
    options::apply(&s.options, &mut held.options).map_err(Failure::new)?;
    set_wrapper(state, name, held);
    Ok(())
}

/// ALTER FOREIGN DATA WRAPPER.
pub(super) fn alter_wrapper(state: &mut State, s: &AlterFdwStmt) -> Result<(), Failure> {
    let name = Name::new(s.fdwname.clone());
    let Some(mut held) = state.catalog.foreign_data_wrappers.get(&name).cloned() else {
        if extension::is_member(state, "wrapper", name.as_str()) {
            return Ok(());
        }
        return Err(Failure::missing("foreign-data wrapper", name.as_str()));
    };
    functions(state, &s.func_options, &mut held);
    options::apply(&s.options, &mut held.options).map_err(Failure::new)?;
    set_wrapper(state, name, held);
    Ok(())
}

/// CREATE SERVER.
pub(super) fn create_server(state: &mut State, s: &CreateForeignServerStmt) -> Result<(), Failure> {
    let name = Name::new(s.servername.clone());
    if state.catalog.foreign_servers.contains_key(&name) {
        if s.if_not_exists {
            return Ok(());
        }
        return Err(Failure::exists("server", name.as_str()));
    }
    let wrapper = Name::new(s.fdwname.clone());
    let wrapper_id = ObjectId::ForeignDataWrapper(wrapper.clone());
    let held_wrapper = state.catalog.foreign_data_wrappers.contains_key(&wrapper);
    if !held_wrapper && !extension::is_member(state, "wrapper", wrapper.as_str()) {
        return Err(Failure::missing("foreign-data wrapper", wrapper.as_str()));
    }
    let said = |text: &String| (!text.is_empty()).then(|| text.clone());
    let mut held = ForeignServer {
        wrapper,
        server_type: said(&s.servertype),
        version: said(&s.version),
        owner: state.new_owner(),
        ..ForeignServer::default()
    };
    options::apply(&s.options, &mut held.options).map_err(Failure::new)?;
    held.options.retain(|name, _| !is_secret_option(name));
    let id = ObjectId::ForeignServer(name.clone());
    state.touch(&id);
    state.catalog.foreign_servers.insert(name, held);
    let needed = if held_wrapper {
        BTreeSet::from([wrapper_id])
    } else {
        BTreeSet::new()
    };
    state.set_uses(id, needed);
    Ok(())
}

/// ALTER SERVER.
pub(super) fn alter_server(state: &mut State, s: &AlterForeignServerStmt) -> Result<(), Failure> {
    let name = Name::new(s.servername.clone());
    state.touch(&ObjectId::ForeignServer(name.clone()));
    let Some(held) = state.catalog.foreign_servers.get_mut(&name) else {
        return Err(Failure::missing("server", name.as_str()));
    };
    if s.has_version {
        held.version = (!s.version.is_empty()).then(|| s.version.clone());
    }
    options::apply(&s.options, &mut held.options).map_err(Failure::new)?;
    held.options.retain(|name, _| !is_secret_option(name));
    Ok(())
}

fn mapping_name(state: &State, user: Option<&RoleSpec>, server: &str) -> UserMappingName {
    let user = match user.map(nodes::role) {
        None | Some(WrittenRole::Public) => None,
        Some(WrittenRole::Named(name)) => Some(name),
        Some(WrittenRole::Session) => Some(state.session_name(true)),
        Some(WrittenRole::Current) => Some(state.session_name(false)),
    };
    UserMappingName {
        user,
        server: Name::new(server),
    }
}

impl State {
    /// The name of the session's role; where it is not known, the one that superusers usually have.
    fn session_name(&self, session_user: bool) -> Name {
        let role = if session_user {
            &self.session.session_user
        } else {
            &self.session.role
        };
        role.clone()
            .or_else(|| self.implied_owner.clone())
            .unwrap_or_else(|| Name::new("postgres"))
    }
}

/// Keeps the names of secrets, and the values of all else.
fn change_mapping(held: &mut UserMapping, list: &[Node]) -> Result<(), Failure> {
    let mut all: BTreeMap<String, String> = held.options.clone();
    all.extend(
        held.secrets
            .iter()
            .map(|name| (name.clone(), String::new())),
    );
    options::apply(list, &mut all).map_err(Failure::new)?;
    held.secrets = all
        .keys()
        .filter(|name| is_secret_option(name))
        .cloned()
        .collect();
    all.retain(|name, _| !is_secret_option(name));
    held.options = all;
    Ok(())
}

/// CREATE USER MAPPING.
pub(super) fn create_mapping(state: &mut State, s: &CreateUserMappingStmt) -> Result<(), Failure> {
    let name = mapping_name(state, s.user.as_ref(), &s.servername);
    if !state.catalog.foreign_servers.contains_key(&name.server) {
        return Err(Failure::missing("server", name.server.as_str()));
    }
    if state.catalog.user_mappings.contains_key(&name) {
        if s.if_not_exists {
            return Ok(());
        }
        let user = name.user.as_ref().map_or("public", Name::as_str);
        return Err(Failure::new(format!(
            "user mapping for \"{user}\" already exists for server \"{}\"",
            name.server
        )));
    }
    let mut held = UserMapping::default();
    change_mapping(&mut held, &s.options)?;
    let id = ObjectId::UserMapping(name.clone());
    let needed = BTreeSet::from([ObjectId::ForeignServer(name.server.clone())]);
    state.touch(&id);
    state.catalog.user_mappings.insert(name, held);
    state.set_uses(id, needed);
    Ok(())
}

fn no_mapping(name: &UserMappingName) -> Failure {
    let user = name.user.as_ref().map_or("public", Name::as_str);
    Failure::new(format!(
        "user mapping for \"{user}\" does not exist for server \"{}\"",
        name.server
    ))
}

/// ALTER USER MAPPING.
pub(super) fn alter_mapping(state: &mut State, s: &AlterUserMappingStmt) -> Result<(), Failure> {
    let name = mapping_name(state, s.user.as_ref(), &s.servername);
    state.touch(&ObjectId::UserMapping(name.clone()));
    match state.catalog.user_mappings.get_mut(&name) {
        Some(held) => change_mapping(held, &s.options),
        None => Err(no_mapping(&name)),
    }
}

/// DROP USER MAPPING.
pub(super) fn drop_mapping(state: &mut State, s: &DropUserMappingStmt) -> Result<(), Failure> {
    let name = mapping_name(state, s.user.as_ref(), &s.servername);
    let id = ObjectId::UserMapping(name.clone());
    state.touch(&id);
    if state.catalog.user_mappings.remove(&name).is_none() && !s.missing_ok {
        return Err(no_mapping(&name));
    }
    state.set_uses(id, BTreeSet::new());
    Ok(())
}
