//! ALTER TABLE … ADD, ALTER, VALIDATE and DROP CONSTRAINT.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node};
use pgwright_catalog::{
    Constraint, ConstraintKind, Deferrability, Name, ObjectId, QualifiedName, ReplicaIdentity,
};

use super::column::Pending;
use super::{check, not_null, part};
use crate::read::failure::Failure;
use crate::read::state::{Origin, State, has_index};

/// ADD CONSTRAINT.
pub(super) fn add(
    state: &mut State,
    on: &QualifiedName,
    definition: &protobuf::Constraint,
    recurse: bool,
) -> Result<(), Failure> {
    let mut pending = Pending::default();
    pending.constraint(definition, None, false);
    pending.apply(state, on, recurse)
}

fn missing(on: &QualifiedName, name: &str) -> Failure {
    Failure::new(format!(
        "constraint \"{name}\" of relation \"{}\" does not exist",
        on.name
    ))
}

/// The column whose NOT NULL constraint has a name.
pub(super) fn not_null_column(state: &State, on: &QualifiedName, name: &str) -> Option<Name> {
    let table = state.catalog.tables.get(on)?;
    let column = table.columns.iter().find(|column| {
        let held = column.not_null_constraint.name.as_ref();
        held.is_some_and(|held| held.as_str() == name)
    })?;
    Some(column.name.clone())
}

/// ALTER CONSTRAINT.
pub(super) fn alter(
    state: &mut State,
    on: &QualifiedName,
    node: Option<&Node>,
    recurse: bool,
) -> Result<(), Failure> {
    let Some(NodeEnum::AtalterConstraint(command)) = node.and_then(|node| node.node.as_ref())
    else {
        return Err(Failure::not_understood("this ALTER CONSTRAINT is not read"));
    };
    let name = command.conname.as_str();
    if command.alter_inheritability
        && let Some(column) = not_null_column(state, on, name)
    {
        let held = state
            .table_mut(on)?
            .column_mut(column.as_str())
            .map(|column| &mut column.not_null_constraint);
        let Some(held) = held else { return Ok(()) };
        let was = std::mem::replace(&mut held.no_inherit, command.noinherit);
        let not_null = held.clone();
        for child in state.children.get(on).cloned().unwrap_or_default() {
            match (was, command.noinherit) {
                (true, false) => not_null::inherit(state, &child, column.as_str(), &not_null)?,
                (false, true) => {
                    not_null::disinherit(state, &child, column.as_str(), recurse)?;
                }
                _ => {}
            }
        }
        return Ok(());
    }
    let Some(held) = state.table(on)?.constraints.get(name) else {
        return Err(missing(on, name));
    };
    if !matches!(held.kind, ConstraintKind::ForeignKey(_)) {
        return Err(Failure::new(format!(
            "constraint \"{name}\" of relation \"{}\" is not a foreign key constraint",
            on.name
        )));
    }
    let kind = held.kind.clone();
    let change = |constraint: &mut Constraint| {
        if command.alter_deferrability {
            constraint.deferrability = match (command.deferrable, command.initdeferred) {
                (false, _) => Deferrability::NotDeferrable,
                (true, false) => Deferrability::InitiallyImmediate,
                (true, true) => Deferrability::InitiallyDeferred,
            };
        }
        if command.alter_enforceability && constraint.enforced != command.is_enforced {
            constraint.enforced = command.is_enforced;
            // What is enforced anew is checked, what is not is not known to hold.
            constraint.validated = command.is_enforced;
        }
    };
    if let Some(constraint) = state.table_mut(on)?.constraints.get_mut(name) {
        change(constraint);
    }
    for child in descendants(state, on) {
        for constraint in state.table_mut(&child)?.constraints.values_mut() {
            if constraint.kind == kind {
                change(constraint);
            }
        }
    }
    Ok(())
}

/// All tables below one.
pub(super) fn descendants(state: &State, on: &QualifiedName) -> Vec<QualifiedName> {
    let mut found: Vec<QualifiedName> = Vec::new();
    let mut next = vec![on.clone()];
    while let Some(table) = next.pop() {
        for child in state.children.get(&table).into_iter().flatten() {
            if !found.contains(child) {
                found.push(child.clone());
                next.push(child.clone());
            }
        }
    }
    found
}

/// VALIDATE CONSTRAINT, of the children too.
pub(super) fn validate(state: &mut State, on: &QualifiedName, name: &str) -> Result<(), Failure> {
    if let Some(column) = not_null_column(state, on, name) {
        return not_null::validate(state, on, column.as_str());
    }
    let Some(held) = state.table_mut(on)?.constraints.get_mut(name) else {
        return Err(missing(on, name));
    };
    match held.kind {
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => {}
        _ => {
            return Err(Failure::new(format!(
                "constraint \"{name}\" of relation \"{}\" is not a foreign key, check, or not-null constraint",
                on.name
            )));
        }
    }
    if !held.enforced {
        return Err(Failure::new("cannot validate NOT ENFORCED constraint"));
    }
    held.validated = true;
    let kind = held.kind.clone();
    for child in descendants(state, on) {
        for constraint in state.table_mut(&child)?.constraints.values_mut() {
            if constraint.kind == kind {
                constraint.validated = true;
            }
        }
    }
    Ok(())
}

/// DROP CONSTRAINT.
pub(super) fn drop(
    state: &mut State,
    on: &QualifiedName,
    name: &str,
    cascade: bool,
    missing_ok: bool,
    recurse: bool,
) -> Result<(), Failure> {
    if let Some(column) = not_null_column(state, on, name) {
        return not_null::drop(state, on, column.as_str(), recurse);
    }
    let Some(constraint) = state.table(on)?.constraints.get(name) else {
        if missing_ok {
            return Ok(());
        }
        return Err(missing(on, name));
    };
    let inherited = constraint.parent.is_some()
        || state
            .held
            .get(on)
            .and_then(|held| held.constraints.get(name))
            .is_some_and(|origin| origin.parents > 0);
    if inherited {
        return Err(Failure::new(format!(
            "cannot drop inherited constraint \"{name}\" of relation \"{}\"",
            on.name
        )));
    }
    let partitioned = state.table(on)?.partition_by.is_some();
    if !recurse && partitioned && state.children.contains_key(on) {
        return Err(Failure::new(
            "cannot remove constraint from only the partitioned table when partitions exist",
        )
        .hint("Do not specify the ONLY keyword."));
    }
    let object = ObjectId::Constraint(on.clone(), Name::new(name));
    if !recurse {
        // Children keep it as their own.
        return take(state, on, &Name::new(name), false);
    }
    let users = part::users_of_constraint(state, on, &Name::new(name));
    if let (Some(user), false) = (users.first(), cascade) {
        return Err(Failure::new(format!(
            "cannot drop constraint {name} on table {} because other objects depend on it: {user}",
            on.name
        ))
        .hint("Use DROP ... CASCADE to drop the dependent objects too."));
    }
    for user in users {
        part::remove(state, &user)?;
    }
    state.drop_objects(std::slice::from_ref(&object), cascade)
}

/// Takes a constraint away, and what children and partitions have of it.
pub(in crate::read) fn take(
    state: &mut State,
    on: &QualifiedName,
    name: &Name,
    recurse: bool,
) -> Result<(), Failure> {
    let Some((constraint, _)) = state.take_constraint(on, name.as_str())? else {
        return Ok(());
    };
    let children = state.children.get(on).cloned().unwrap_or_default();
    match &constraint.kind {
        ConstraintKind::Check(_) if constraint.no_inherit => {}
        ConstraintKind::Check(_) => {
            for child in children {
                check::disinherit(state, &child, name, recurse)?;
            }
        }
        ConstraintKind::ForeignKey(_) => {
            for child in children {
                let part = state
                    .table(&child)?
                    .constraints
                    .iter()
                    .find(|(part, held)| {
                        held.kind == constraint.kind
                            && state
                                .held
                                .get(&child)
                                .and_then(|held| held.constraints.get(*part))
                                .is_some_and(|origin| *origin == Origin::INHERITED)
                    });
                if let Some((part, _)) = part {
                    let part = part.clone();
                    take(state, &child, &part, recurse)?;
                }
            }
        }
        _ => {
            for child in children {
                let part = state
                    .table(&child)?
                    .constraints
                    .iter()
                    .find(|(_, held)| has_index(held) && held.parent.as_ref() == Some(name));
                if let Some((part, _)) = part {
                    let part = part.clone();
                    take(state, &child, &part, recurse)?;
                }
            }
            forget_index(state, on, name)?;
        }
    }
    Ok(())
}

/// What a table says of an index that is gone.
pub(in crate::read) fn forget_index(
    state: &mut State,
    on: &QualifiedName,
    index: &Name,
) -> Result<(), Failure> {
    if let Some(view) = state.catalog.materialized_views.get_mut(on) {
        if view.clustered_on.as_ref() == Some(index) {
            view.clustered_on = None;
        }
        return Ok(());
    }
    let table = state.table_mut(on)?;
    if table.clustered_on.as_ref() == Some(index) {
        table.clustered_on = None;
    }
    if table.replica_identity == ReplicaIdentity::Index(index.clone()) {
        // The server keeps the word although no index is left; a dump of it says NOTHING.
        table.replica_identity = ReplicaIdentity::Nothing;
    }
    Ok(())
}
