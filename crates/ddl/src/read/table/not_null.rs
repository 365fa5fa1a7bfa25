//! NOT NULL constraints: since 18 they have names, and are inherited by rules of their own.

use pgwright_catalog::{Name, NotNull, QualifiedName};

use crate::read::failure::Failure;
use crate::read::names::choose;
use crate::read::state::{Origin, State, no_column};

/// What a text says of a NOT NULL constraint.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// Its name, when the text gives one.
    pub(super) name: Option<Name>,
    /// NO INHERIT.
    pub(super) no_inherit: bool,
    /// NOT VALID.
    pub(super) not_valid: bool,
}

/// The automatic name of the NOT NULL constraint of a column.
pub(super) fn automatic_name(state: &State, on: &QualifiedName, column: &str) -> Name {
    choose(on.name.as_str(), Some(column), "not_null", |name| {
        state.constraint_name_taken(&on.schema, name)
    })
}

/// Makes a column NOT NULL, with the columns of the children.
pub(super) fn add(
    state: &mut State,
    on: &QualifiedName,
    column: &str,
    wanted: &Wanted,
    recurse: bool,
) -> Result<(), Failure> {
    let Some(held) = state.table(on)?.column(column) else {
        return Err(no_column(column, on));
    };
    if held.not_null {
        let existing = held.not_null_constraint.clone();
        if let (Some(new), Some(old)) = (&wanted.name, &existing.name)
            && new != old
        {
            return Err(Failure::new(format!(
                "cannot create not-null constraint \"{new}\" on column \"{column}\" of table \"{}\"",
                on.name
            ))
            .hint(format!(
                "A not-null constraint named \"{old}\" already exists for this column."
            )));
        }
        if wanted.no_inherit != existing.no_inherit {
            return Err(Failure::new(format!(
                "cannot change NO INHERIT status of NOT NULL constraint \"{}\" on relation \"{}\"",
                existing.name.unwrap_or_default(),
                on.name
            )));
        }
        if let Some(origin) = state.held_mut(on).not_nulls.get_mut(column) {
            origin.local = true;
        }
        if existing.not_valid && !wanted.not_valid {
            validate(state, on, column)?;
        }
        return Ok(());
    }
    let name = match &wanted.name {
        Some(name) if state.constraint_of_table(on, name.as_str()) => {
            return Err(taken(name, on));
        }
        Some(name) => name.clone(),
        None => automatic_name(state, on, column),
    };
    let not_null = NotNull {
        name: Some(name),
        not_valid: wanted.not_valid,
        no_inherit: wanted.no_inherit,
        comment: None,
    };
    state.put_not_null(on, column, not_null.clone(), Origin::LOCAL)?;
    if wanted.no_inherit {
        return Ok(());
    }
    let children = state.children.get(on).cloned().unwrap_or_default();
    if !recurse && !children.is_empty() {
        return Err(Failure::new("constraint must be added to child tables too")
            .hint("Do not specify the ONLY keyword."));
    }
    for child in children {
        inherit(state, &child, column, &not_null)?;
    }
    Ok(())
}

/// Gives a child, and its children, the NOT NULL of its parent.
pub(super) fn inherit(
    state: &mut State,
    child: &QualifiedName,
    column: &str,
    parent: &NotNull,
) -> Result<(), Failure> {
    let Some(held) = state.table(child)?.column(column) else {
        return Err(no_column(column, child));
    };
    if held.not_null {
        if let Some(origin) = state.held_mut(child).not_nulls.get_mut(column) {
            origin.parents += 1;
        }
        return Ok(());
    }
    let name = match &parent.name {
        Some(name) if !state.constraint_of_table(child, name.as_str()) => name.clone(),
        _ => automatic_name(state, child, column),
    };
    let not_null = NotNull {
        name: Some(name),
        comment: None,
        ..parent.clone()
    };
    state.put_not_null(child, column, not_null.clone(), Origin::INHERITED)?;
    for grandchild in state.children.get(child).cloned().unwrap_or_default() {
        inherit(state, &grandchild, column, &not_null)?;
    }
    Ok(())
}

/// VALIDATE CONSTRAINT, with the children.
pub(super) fn validate(state: &mut State, on: &QualifiedName, column: &str) -> Result<(), Failure> {
    if let Some(held) = state.table_mut(on)?.column_mut(column) {
        held.not_null_constraint.not_valid = false;
    }
    for child in state.children.get(on).cloned().unwrap_or_default() {
        validate(state, &child, column)?;
    }
    Ok(())
}

/// Takes a NOT NULL away, from the children too.
pub(super) fn drop(
    state: &mut State,
    on: &QualifiedName,
    column: &str,
    recurse: bool,
) -> Result<(), Failure> {
    let table = state.table(on)?;
    let Some(held) = table.column(column) else {
        return Err(no_column(column, on));
    };
    if !held.not_null {
        return Ok(());
    }
    if held.identity.is_some() {
        return Err(Failure::new(format!(
            "column \"{column}\" of relation \"{}\" is an identity column",
            on.name
        )));
    }
    let in_key = table
        .primary_key()
        .is_some_and(|(_, key)| key.columns.iter().any(|c| c.as_str() == column));
    if in_key {
        return Err(Failure::new(format!(
            "column \"{column}\" is in a primary key"
        )));
    }
    let name = held.not_null_constraint.name.clone().unwrap_or_default();
    let origin = state.held_mut(on).not_nulls.get(column).copied();
    if origin.is_some_and(|origin| origin.parents > 0) {
        return Err(Failure::new(format!(
            "cannot drop inherited constraint \"{name}\" of relation \"{}\"",
            on.name
        )));
    }
    let taken = state.take_not_null(on, column)?;
    if taken.is_some_and(|(not_null, _)| not_null.no_inherit) {
        return Ok(());
    }
    for child in state.children.get(on).cloned().unwrap_or_default() {
        disinherit(state, &child, column, recurse)?;
    }
    Ok(())
}

/// What the loss of a parent's NOT NULL does to a child: it falls, unless it stands for itself.
pub(super) fn disinherit(
    state: &mut State,
    child: &QualifiedName,
    column: &str,
    recurse: bool,
) -> Result<(), Failure> {
    let Some(origin) = state.held_mut(child).not_nulls.get_mut(column) else {
        return Ok(());
    };
    origin.parents = origin.parents.saturating_sub(1);
    if !recurse {
        origin.local = true;
    }
    if origin.parents == 0 && !origin.local {
        state.take_not_null(child, column)?;
        for grandchild in state.children.get(child).cloned().unwrap_or_default() {
            disinherit(state, &grandchild, column, recurse)?;
        }
    }
    Ok(())
}

/// `constraint "c" for relation "t" already exists`.
pub(super) fn taken(name: &Name, on: &QualifiedName) -> Failure {
    Failure::new(format!(
        "constraint \"{name}\" for relation \"{}\" already exists",
        on.name
    ))
}
