//! CHECK constraints, and how children have them from their parents.

use std::collections::BTreeSet;

use pg_query::protobuf;
use pgwright_catalog::{Constraint, ConstraintKind, Name, ObjectId, QualifiedName};

use super::not_null::taken;
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::{choose, truncate};
use crate::read::state::{Origin, State};

/// Adds a CHECK constraint, to the children too.
pub(super) fn add(
    state: &mut State,
    on: &QualifiedName,
    definition: &protobuf::Constraint,
    recurse: bool,
) -> Result<(), Failure> {
    let node = definition
        .raw_expr
        .as_deref()
        .ok_or_else(|| Failure::new("a check without expression"))?;
    let (expression, columns, uses) =
        state.expression_with_columns(node, &Context::new(ExprKind::CheckConstraint).over(on))?;
    let constraint = Constraint {
        validated: !definition.skip_validation && definition.is_enforced,
        enforced: definition.is_enforced,
        no_inherit: definition.is_no_inherit,
        ..Constraint::new(ConstraintKind::Check(expression))
    };
    let partitioned = state.table(on)?.partition_by.is_some();
    if constraint.no_inherit && partitioned {
        return Err(Failure::new(format!(
            "cannot add NO INHERIT constraint to partitioned table \"{}\"",
            on.name
        )));
    }
    let name = if definition.conname.is_empty() {
        automatic_name(state, on, &columns)
    } else {
        let name = Name::new(truncate(&definition.conname));
        if merge(state, on, &name, &constraint, true)? {
            return Ok(());
        }
        if state.constraint_of_table(on, name.as_str()) {
            return Err(taken(&name, on));
        }
        name
    };
    let children = state.children.get(on).cloned().unwrap_or_default();
    if !children.is_empty() && !recurse && !constraint.no_inherit {
        return Err(Failure::new("constraint must be added to child tables too"));
    }
    state.put_constraint(on, name.clone(), constraint.clone(), Origin::LOCAL)?;
    uses_of_part(
        state,
        ObjectId::Constraint(on.clone(), name.clone()),
        on,
        uses,
    );
    if !constraint.no_inherit {
        for child in children {
            inherit(state, &child, &name, &constraint)?;
        }
    }
    Ok(())
}

/// The automatic name: with the column's, when the expression names exactly one.
fn automatic_name(state: &State, on: &QualifiedName, columns: &BTreeSet<Name>) -> Name {
    let column = match columns.first() {
        Some(column) if columns.len() == 1 => Some(column.as_str()),
        _ => None,
    };
    choose(on.name.as_str(), column, "check", |name| {
        state.constraint_name_taken(&on.schema, name)
    })
}

/// Gives a child, and its children, a check of its parent.
pub(super) fn inherit(
    state: &mut State,
    child: &QualifiedName,
    name: &Name,
    parent: &Constraint,
) -> Result<(), Failure> {
    if merge(state, child, name, parent, false)? {
        return Ok(());
    }
    if state.constraint_of_table(child, name.as_str()) {
        return Err(taken(name, child));
    }
    let constraint = Constraint {
        comment: None,
        ..parent.clone()
    };
    state.put_constraint(child, name.clone(), constraint, Origin::INHERITED)?;
    for grandchild in state.children.get(child).cloned().unwrap_or_default() {
        inherit(state, &grandchild, name, parent)?;
    }
    Ok(())
}

/// A check of the same name and expression: the new one becomes part of it. False when there is none.
fn merge(
    state: &mut State,
    on: &QualifiedName,
    name: &Name,
    new: &Constraint,
    local: bool,
) -> Result<bool, Failure> {
    let Some(old) = state.table(on)?.constraints.get(name) else {
        return Ok(false);
    };
    let ConstraintKind::Check(_) = old.kind else {
        return Ok(false);
    };
    if old.kind != new.kind {
        return Err(taken(name, on));
    }
    let held = state.held.get(on);
    let origin = held.and_then(|held| held.constraints.get(name).copied());
    let mut origin = origin.unwrap_or(Origin::LOCAL);
    if local {
        // One that stands for itself already is there twice.
        if origin.local {
            return Err(taken(name, on));
        }
        origin.local = true;
    } else {
        if old.no_inherit {
            return Err(Failure::new(format!(
                "constraint \"{name}\" conflicts with non-inherited constraint on relation \"{}\"",
                on.name
            )));
        }
        origin.parents += 1;
    }
    let validated = new.validated;
    let enforced = new.enforced;
    state.held_mut(on).constraints.insert(name.clone(), origin);
    if let Some(old) = state.table_mut(on)?.constraints.get_mut(name)
        && enforced
        && !old.enforced
    {
        old.enforced = true;
        old.validated = validated;
    }
    Ok(true)
}

/// What the loss of a parent's check does to a child: it falls, unless it stands for itself.
pub(super) fn disinherit(
    state: &mut State,
    child: &QualifiedName,
    name: &Name,
    recurse: bool,
) -> Result<(), Failure> {
    let Some(origin) = state.held_mut(child).constraints.get_mut(name) else {
        return Ok(());
    };
    origin.parents = origin.parents.saturating_sub(1);
    if !recurse {
        origin.local = true;
    }
    if origin.parents == 0 && !origin.local {
        state.take_constraint(child, name.as_str())?;
        for grandchild in state.children.get(child).cloned().unwrap_or_default() {
            disinherit(state, &grandchild, name, recurse)?;
        }
    }
    Ok(())
}

/// What a check or index needs besides the columns of its own table, which it falls with.
pub(super) fn uses_of_part(
    state: &mut State,
    part: ObjectId,
    on: &QualifiedName,
    mut uses: BTreeSet<ObjectId>,
) {
    uses.retain(|used| !matches!(used, ObjectId::Column(table, _) if table == on));
    if !uses.is_empty() {
        state.set_uses(part, uses);
    }
}
