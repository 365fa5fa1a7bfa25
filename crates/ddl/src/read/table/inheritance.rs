//! What a table has from its parents: columns, NOT NULLs and checks.

use std::collections::BTreeMap;

use pgwright_catalog::{Column, Constraint, ConstraintKind, Name, NotNull, QualifiedName};

use super::{check, not_null};
use crate::read::failure::Failure;
use crate::read::state::{Held, Origin, State};

/// A column as a child gets it from its parent.
pub(super) fn inherited_column(parent: &Column) -> Column {
    Column {
        not_null: false,
        not_null_constraint: NotNull::default(),
        identity: None,
        statistics: None,
        options: BTreeMap::new(),
        foreign_options: BTreeMap::new(),
        comment: None,
        ..parent.clone()
    }
}

/// Columns of a new table: those of the parents in their order, then its own.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) columns: Vec<Column>,
    pub(super) held: Held,
    /// Columns whose parents do not agree on a default.
    conflicting: Vec<Name>,
}

impl Columns {
    /// Adds the columns of a parent.
    pub(super) fn parent(&mut self, table: &[Column]) -> Result<(), Failure> {
        for column in table {
            let new = inherited_column(column);
            let known = self.columns.iter_mut().find(|c| c.name == new.name);
            match known {
                Some(known) => {
                    same_type(known, &new)?;
                    if known.generated != new.generated {
                        return Err(Failure::new(format!(
                            "inherited column \"{}\" has a generation conflict",
                            new.name
                        )));
                    }
                    match (&known.default, new.default) {
                        (None, Some(default)) => known.default = Some(default),
                        (Some(old), Some(default)) if *old != default => {
                            self.conflicting.push(new.name.clone());
                        }
                        _ => {}
                    }
                    if let Some(origin) = self.held.columns.get_mut(&new.name) {
                        origin.parents += 1;
                    }
                }
                None => {
                    let name = new.name.clone();
                    self.held.columns.insert(name, Origin::INHERITED);
                    self.columns.push(new);
                }
            }
        }
        Ok(())
    }

    /// Adds a column of the table's own, which may be one of the parents' too.
    pub(super) fn own(&mut self, column: Column) -> Result<(), Failure> {
        let known = self.columns.iter_mut().find(|c| c.name == column.name);
        let Some(known) = known else {
            self.held.columns.insert(column.name.clone(), Origin::LOCAL);
            self.columns.push(column);
            return Ok(());
        };
        let Some(origin) = self.held.columns.get_mut(&column.name) else {
            return Ok(());
        };
        if origin.local {
            return Err(Failure::new(format!(
                "column \"{}\" specified more than once",
                column.name
            )));
        }
        same_type(known, &column)?;
        origin.local = true;
        if column.storage.is_some() {
            known.storage = column.storage;
        }
        if column.compression.is_some() {
            known.compression = column.compression;
        }
        Ok(())
    }

    /// Refuses columns whose parents do not agree, unless the table has a default of its own.
    pub(super) fn settle(&self, own: &dyn Fn(&Name) -> bool) -> Result<(), Failure> {
        match self.conflicting.iter().find(|name| !own(name)) {
            Some(name) => Err(Failure::new(format!(
                "column \"{name}\" inherits conflicting default values"
            ))
            .hint("To resolve the conflict, specify a default explicitly.")),
            None => Ok(()),
        }
    }
}

fn same_type(known: &Column, new: &Column) -> Result<(), Failure> {
    if known.data_type != new.data_type {
        return Err(Failure::new(format!(
            "column \"{}\" has a type conflict",
            new.name
        )));
    }
    if known.collation != new.collation {
        return Err(Failure::new(format!(
            "column \"{}\" has a collation conflict",
            new.name
        )));
    }
    Ok(())
}

/// NOT NULLs of a parent that its children have, by column.
pub(super) fn not_nulls(table: &[Column]) -> Vec<(Name, NotNull)> {
    table
        .iter()
        .filter(|column| column.not_null && !column.not_null_constraint.no_inherit)
        .map(|column| (column.name.clone(), column.not_null_constraint.clone()))
        .collect()
}

/// Checks of a parent that its children have.
pub(super) fn checks(constraints: &BTreeMap<Name, Constraint>) -> Vec<(Name, Constraint)> {
    constraints
        .iter()
        .filter(|(_, held)| matches!(held.kind, ConstraintKind::Check(_)) && !held.no_inherit)
        .map(|(name, held)| (name.clone(), held.clone()))
        .collect()
}

/// Gives a new table the checks of a parent.
pub(super) fn inherit_checks(
    state: &mut State,
    child: &QualifiedName,
    parent: &QualifiedName,
) -> Result<(), Failure> {
    for (name, constraint) in checks(&state.table(parent)?.constraints) {
        check::inherit(state, child, &name, &constraint)?;
    }
    Ok(())
}

/// INHERIT, and ATTACH PARTITION: the columns and checks of the parent must be there already.
pub(super) fn adopt(
    state: &mut State,
    child: &QualifiedName,
    parent: &QualifiedName,
    partition: bool,
) -> Result<(), Failure> {
    let parent_table = state.table(parent)?;
    let columns = parent_table.columns.clone();
    let checks = checks(&parent_table.constraints);
    let parents_not_nulls = not_nulls(&columns);
    let table = state.table(child)?;
    for column in &columns {
        let Some(own) = table.column(column.name.as_str()) else {
            return Err(Failure::new(format!(
                "child table is missing column \"{}\"",
                column.name
            )));
        };
        if own.data_type != column.data_type {
            return Err(Failure::new(format!(
                "child table \"{}\" has different type for column \"{}\"",
                child.name, column.name
            )));
        }
        if own.collation != column.collation {
            return Err(Failure::new(format!(
                "child table \"{}\" has different collation for column \"{}\"",
                child.name, column.name
            )));
        }
        if own.generated.is_some() != column.generated.is_some() {
            return Err(Failure::new(format!(
                "column \"{}\" in child table must {}be a generated column",
                column.name,
                if column.generated.is_some() {
                    ""
                } else {
                    "not "
                }
            )));
        }
    }
    if partition
        && let Some(extra) = table
            .columns
            .iter()
            .find(|own| columns.iter().all(|column| column.name != own.name))
    {
        return Err(Failure::new(format!(
            "table \"{}\" contains column \"{}\" not found in parent \"{}\"",
            child.name, extra.name, parent.name
        )));
    }
    for (column, _) in &parents_not_nulls {
        let own = state.table(child)?.column(column.as_str());
        if !own.is_some_and(|own| own.not_null) {
            return Err(Failure::new(format!(
                "column \"{column}\" in child table \"{}\" must be marked NOT NULL",
                child.name
            )));
        }
    }
    for (name, constraint) in &checks {
        match state.table(child)?.constraints.get(name) {
            Some(own) if own.kind == constraint.kind => {}
            Some(_) => {
                return Err(Failure::new(format!(
                    "child table \"{}\" has different definition for check constraint \"{name}\"",
                    child.name
                )));
            }
            None => {
                return Err(Failure::new(format!(
                    "child table is missing constraint \"{name}\""
                )));
            }
        }
    }
    let held = state.held_mut(child);
    for column in &columns {
        let origin = held
            .columns
            .entry(column.name.clone())
            .or_insert(Origin::LOCAL);
        origin.parents += 1;
        if partition {
            origin.local = false;
        }
    }
    for (column, _) in parents_not_nulls {
        let origin = held.not_nulls.entry(column).or_insert(Origin::LOCAL);
        origin.parents += 1;
        if partition {
            origin.local = false;
        }
    }
    for (name, _) in checks {
        let origin = held.constraints.entry(name).or_insert(Origin::LOCAL);
        origin.parents += 1;
        if partition {
            origin.local = false;
        }
    }
    Ok(())
}

/// NO INHERIT, and DETACH PARTITION: what the child has stays, as its own.
pub(super) fn release(
    state: &mut State,
    child: &QualifiedName,
    parent: &QualifiedName,
) -> Result<(), Failure> {
    let parent_table = state.table(parent)?;
    let columns = parent_table.columns.clone();
    let checks = checks(&parent_table.constraints);
    let held = state.held_mut(child);
    let loosen = |origin: &mut Origin| {
        origin.parents = origin.parents.saturating_sub(1);
        if origin.parents == 0 {
            origin.local = true;
        }
    };
    for column in &columns {
        if let Some(origin) = held.columns.get_mut(&column.name) {
            loosen(origin);
        }
    }
    for (column, _) in not_nulls(&columns) {
        if let Some(origin) = held.not_nulls.get_mut(&column) {
            loosen(origin);
        }
    }
    for (name, _) in checks {
        if let Some(origin) = held.constraints.get_mut(&name) {
            loosen(origin);
        }
    }
    if let Some(children) = state.children.get_mut(parent) {
        children.retain(|other| other != child);
        if children.is_empty() {
            state.children.remove(parent);
        }
    }
    Ok(())
}

/// Gives a new table the NOT NULLs of its parents, those that it says itself left out.
pub(super) fn inherit_not_nulls(
    state: &mut State,
    child: &QualifiedName,
    parents: &[QualifiedName],
) -> Result<(), Failure> {
    for parent in parents {
        for (column, not_null) in not_nulls(&state.table(parent)?.columns) {
            not_null::inherit(state, child, column.as_str(), &not_null)?;
        }
    }
    Ok(())
}
