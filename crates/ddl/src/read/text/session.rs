//! Settings of the session and statements about data and maintenance.

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, RangeVar, VariableSetKind, VariableSetStmt};
use pgwright_catalog::Name;

use super::transaction;
use crate::read::failure::Failure;
use crate::read::names::no_relation;
use crate::read::procedure;
use crate::read::state::{Session, State, TEMPORARY_SCHEMA};

/// Applies a statement about the session, data or maintenance; `None` when it is another kind.
pub(in crate::read) fn apply(state: &mut State, node: &NodeEnum) -> Option<Result<(), Failure>> {
    Some(match node {
        NodeEnum::VariableSetStmt(statement) => set(state, statement),
        NodeEnum::DiscardStmt(_) => {
            state.touch_session();
            state.session = state.initial.clone();
            Ok(())
        }
        NodeEnum::DoStmt(s) => procedure::anonymous(state, s),
        NodeEnum::CallStmt(s) => procedure::procedure(state, s),
        NodeEnum::SelectStmt(s) if s.into_clause.is_none() => procedure::select(state, s),
        NodeEnum::InsertStmt(s) => changes_data(state, s.relation.as_ref()),
        NodeEnum::UpdateStmt(s) => changes_data(state, s.relation.as_ref()),
        NodeEnum::DeleteStmt(s) => changes_data(state, s.relation.as_ref()),
        NodeEnum::MergeStmt(s) => changes_data(state, s.relation.as_ref()),
        NodeEnum::CopyStmt(_)
        | NodeEnum::TruncateStmt(_)
        | NodeEnum::VacuumStmt(_)
        | NodeEnum::ExplainStmt(_)
        | NodeEnum::LockStmt(_)
        | NodeEnum::NotifyStmt(_)
        | NodeEnum::ListenStmt(_)
        | NodeEnum::UnlistenStmt(_)
        | NodeEnum::LoadStmt(_)
        | NodeEnum::CheckPointStmt(_)
        | NodeEnum::PrepareStmt(_)
        | NodeEnum::ExecuteStmt(_)
        | NodeEnum::DeallocateStmt(_)
        | NodeEnum::DeclareCursorStmt(_)
        | NodeEnum::FetchStmt(_)
        | NodeEnum::ClosePortalStmt(_)
        | NodeEnum::ConstraintsSetStmt(_)
        | NodeEnum::ReindexStmt(_)
        | NodeEnum::VariableShowStmt(_)
        // What belongs to the cluster and not to the database.
        | NodeEnum::AlterSystemStmt(_)
        | NodeEnum::CreatedbStmt(_)
        | NodeEnum::DropdbStmt(_)
        | NodeEnum::AlterDatabaseStmt(_)
        | NodeEnum::AlterDatabaseSetStmt(_)
        | NodeEnum::AlterDatabaseRefreshCollStmt(_)
        | NodeEnum::AlterRoleSetStmt(_)
        | NodeEnum::CreateTableSpaceStmt(_)
        | NodeEnum::DropTableSpaceStmt(_)
        | NodeEnum::AlterTableSpaceOptionsStmt(_) => Ok(()),
        _ => return None,
    })
}

/// Data is not read; but a table that is not there makes the statement fail, and its transaction.
fn changes_data(state: &State, relation: Option<&RangeVar>) -> Result<(), Failure> {
    let Some(relation) = relation else {
        return Ok(());
    };
    let (schema, name) = (relation.schemaname.as_str(), relation.relname.as_str());
    let of_the_system = schema == "pg_catalog" || (schema.is_empty() && name.starts_with("pg_"));
    if of_the_system {
        return Err(Failure::not_understood(format!(
            "the statement changes {name}, a table of the system, directly"
        )));
    }
    // An extension may have brought it.
    let surely_missing = schema != "information_schema"
        && state.catalog.extensions.is_empty()
        && state.relation_if_exists(relation).is_none();
    if surely_missing {
        Err(no_relation(schema, name))
    } else {
        Ok(())
    }
}

/// A new connection, of another role when one is named.
pub(super) fn reconnect(state: &mut State, user: Option<String>) {
    state.session = state.initial.clone();
    if let Some(user) = user {
        state.session.session_user = Some(Name::new(user.clone()));
        state.session.role = Some(Name::new(user));
    }
}

fn set(state: &mut State, statement: &VariableSetStmt) -> Result<(), Failure> {
    use VariableSetKind as K;
    let name = statement.name.to_ascii_lowercase();
    let values: Vec<String> = statement.args.iter().filter_map(constant).collect();
    match statement.kind() {
        K::VarSetValue => change(state, &name, Some(values), statement.is_local),
        K::VarSetDefault => change(state, &name, None, statement.is_local),
        K::VarReset => change(state, &name, None, false),
        K::VarResetAll => {
            state.touch_session();
            let (role, user) = (
                state.session.role.clone(),
                state.session.session_user.clone(),
            );
            state.session = state.initial.clone();
            (state.session.role, state.session.session_user) = (role, user);
            Ok(())
        }
        // SET … FROM CURRENT sets what is set; SET TRANSACTION is about data.
        K::VarSetCurrent | K::VarSetMulti | K::Undefined => Ok(()),
    }
}

/// Sets a setting of the session, or sets it back.
pub(in crate::read) fn change(
    state: &mut State,
    name: &str,
    values: Option<Vec<String>>,
    local: bool,
) -> Result<(), Failure> {
    state.touch_session();
    if !local {
        transaction::set_for_good(state, name);
    } else if !transaction::set_local(state, name) {
        return Ok(());
    }
    let Some(values) = values else {
        let initial = state.initial.clone();
        if name == "role" {
            state.session.role = state.session.session_user.clone();
        } else {
            copy_setting(&initial, &mut state.session, name);
        }
        return Ok(());
    };
    let first = values.first().cloned().unwrap_or_default();
    let named = |none: &str| (!first.is_empty() && first != none).then(|| Name::new(first.clone()));
    let session = &mut state.session;
    match name {
        "search_path" => {
            session.search_path = values
                .iter()
                .filter(|v| !v.is_empty())
                .map(|v| schema(v))
                .collect();
        }
        "role" => {
            session.role = if first.eq_ignore_ascii_case("none") {
                session.session_user.clone()
            } else {
                named("")
            };
        }
        "session_authorization" => {
            session.session_user = named("");
            session.role = named("");
        }
        "default_tablespace" => session.default_tablespace = named("pg_default"),
        "default_table_access_method" => session.default_table_access_method = named("heap"),
        _ => {
            session.settings.insert(name.to_owned(), values.join(", "));
        }
    }
    Ok(())
}

fn schema(name: &str) -> Name {
    Name::new(if name == "pg_temp" {
        TEMPORARY_SCHEMA
    } else {
        name
    })
}

/// Takes one setting from another session.
pub(in crate::read) fn copy_setting(from: &Session, to: &mut Session, name: &str) {
    match name {
        "search_path" => to.search_path = from.search_path.clone(),
        "role" => to.role = from.role.clone(),
        "session_authorization" => {
            to.session_user = from.session_user.clone();
            to.role = from.session_user.clone();
        }
        "default_tablespace" => to.default_tablespace = from.default_tablespace.clone(),
        "default_table_access_method" => {
            to.default_table_access_method = from.default_table_access_method.clone();
        }
        _ => match from.settings.get(name) {
            Some(value) => {
                to.settings.insert(name.to_owned(), value.clone());
            }
            None => {
                to.settings.remove(name);
            }
        },
    }
}

/// The text of a constant.
pub(super) fn constant(node: &Node) -> Option<String> {
    use pg_query::protobuf::a_const::Val;
    match node.node.as_ref()? {
        NodeEnum::AConst(constant) => Some(match constant.val.as_ref()? {
            Val::Ival(value) => value.ival.to_string(),
            Val::Fval(value) => value.fval.clone(),
            Val::Boolval(value) => value.boolval.to_string(),
            Val::Sval(value) => value.sval.clone(),
            Val::Bsval(value) => value.bsval.clone(),
        }),
        NodeEnum::TypeCast(cast) => constant(cast.arg.as_ref()?),
        NodeEnum::String(text) => Some(text.sval.clone()),
        _ => None,
    }
}

/// The schemas of a search path that is given as one text, as `set_config` takes it.
pub(in crate::read) fn path_of(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(
            |part| match part.strip_prefix('"').and_then(|p| p.strip_suffix('"')) {
                Some(quoted) => quoted.replace("\"\"", "\""),
                None => part.to_lowercase(),
            },
        )
        .collect()
}
