//! Foreign keys.

use std::collections::BTreeSet;

use pg_query::protobuf;
use pgwright_catalog::{
    Constraint, ConstraintKind, ForeignKey, IndexKey, Name, QualifiedName, ReferentialAction,
};

use super::index::addition;
use super::key::deferrability;
use super::not_null::taken;
use crate::read::failure::Failure;
use crate::read::names::{choose, strings, truncate};
use crate::read::state::{Origin, RelationKind, State};

/// Adds a foreign key, to the partitions too.
pub(super) fn add(
    state: &mut State,
    on: &QualifiedName,
    definition: &protobuf::Constraint,
    column: Option<&str>,
) -> Result<Name, Failure> {
    let target = definition
        .pktable
        .as_ref()
        .ok_or_else(|| Failure::new("a foreign key needs a table"))?;
    let (references, kind) = state.relation(target)?;
    if kind != RelationKind::Table {
        return Err(Failure::new(format!(
            "referenced relation \"{}\" is not a table",
            references.name
        )));
    }
    let columns = referencing(state, on, definition, column)?;
    let referenced_columns = referenced(state, &references, definition)?;
    if columns.len() != referenced_columns.len() {
        return Err(Failure::new(
            "number of referencing and referenced columns for foreign key disagree",
        ));
    }
    let set_columns: Vec<Name> = strings(&definition.fk_del_set_cols)
        .into_iter()
        .map(Name::new)
        .collect();
    for column in &set_columns {
        if !columns.contains(column) {
            return Err(Failure::new(format!(
                "column \"{column}\" referenced in ON DELETE SET action must be part of foreign key"
            )));
        }
    }
    let foreign_key = ForeignKey {
        columns,
        references,
        referenced_columns,
        match_full: definition.fk_matchtype == "f",
        on_delete: action(&definition.fk_del_action, set_columns),
        on_update: action(&definition.fk_upd_action, Vec::new()),
        period: definition.fk_with_period,
    };
    let constraint = Constraint {
        deferrability: deferrability(definition),
        validated: definition.is_enforced && !definition.skip_validation,
        enforced: definition.is_enforced,
        ..Constraint::new(ConstraintKind::ForeignKey(foreign_key.clone()))
    };
    let name = match definition.conname.as_str() {
        "" => automatic_name(state, on, &foreign_key.columns),
        name => {
            let name = Name::new(truncate(name));
            if state.constraint_of_table(on, name.as_str()) {
                return Err(taken(&name, on));
            }
            name
        }
    };
    state.put_constraint(on, name.clone(), constraint.clone(), Origin::LOCAL)?;
    if state.table(on)?.partition_by.is_some() {
        for partition in state.children.get(on).cloned().unwrap_or_default() {
            inherit(state, &partition, &name, &constraint)?;
        }
    }
    Ok(name)
}

/// Gives a partition, and its partitions, a foreign key of its parent.
pub(super) fn inherit(
    state: &mut State,
    partition: &QualifiedName,
    name: &Name,
    parent: &Constraint,
) -> Result<(), Failure> {
    let ConstraintKind::ForeignKey(wanted) = &parent.kind else {
        return Ok(());
    };
    // One that the partition has already becomes the parent's.
    let table = state.table(partition)?;
    let same = table.constraints.iter().find(|(name, held)| {
        held.kind == parent.kind
            && held.deferrability == parent.deferrability
            && held.enforced == parent.enforced
            && state
                .held
                .get(partition)
                .and_then(|held| held.constraints.get(*name))
                .is_none_or(|origin| origin.parents == 0)
    });
    if let Some((name, _)) = same {
        let name = name.clone();
        let held = state.held_mut(partition);
        held.constraints.insert(name, Origin::INHERITED);
        return Ok(());
    }
    let name = if state.constraint_of_table(partition, name.as_str()) {
        automatic_name(state, partition, &wanted.columns)
    } else {
        name.clone()
    };
    let constraint = Constraint {
        comment: None,
        ..parent.clone()
    };
    state.put_constraint(partition, name.clone(), constraint, Origin::INHERITED)?;
    if state.table(partition)?.partition_by.is_some() {
        for child in state.children.get(partition).cloned().unwrap_or_default() {
            inherit(state, &child, &name, parent)?;
        }
    }
    Ok(())
}

fn automatic_name(state: &State, on: &QualifiedName, columns: &[Name]) -> Name {
    let second = addition(columns.iter().map(Name::as_str));
    choose(on.name.as_str(), Some(&second), "fkey", |name| {
        state.constraint_name_taken(&on.schema, name)
    })
}

fn referencing(
    state: &State,
    on: &QualifiedName,
    definition: &protobuf::Constraint,
    column: Option<&str>,
) -> Result<Vec<Name>, Failure> {
    let table = state.table(on)?;
    let names = match column {
        Some(column) if definition.fk_attrs.is_empty() => vec![column],
        _ => strings(&definition.fk_attrs),
    };
    let mut columns: Vec<Name> = Vec::new();
    for name in names {
        if table.column(name).is_none() {
            return Err(Failure::new(format!(
                "column \"{name}\" referenced in foreign key constraint does not exist"
            )));
        }
        columns.push(Name::new(name));
    }
    Ok(columns)
}

/// The referenced columns: those named, or the primary key. They must be a key.
fn referenced(
    state: &State,
    references: &QualifiedName,
    definition: &protobuf::Constraint,
) -> Result<Vec<Name>, Failure> {
    let table = state.table(references)?;
    let names = strings(&definition.pk_attrs);
    if names.is_empty() {
        return match table.primary_key() {
            Some((_, key)) => Ok(key.columns.clone()),
            None => Err(Failure::new(format!(
                "there is no primary key for referenced table \"{}\"",
                references.name
            ))),
        };
    }
    let mut columns = Vec::new();
    for name in names {
        if table.column(name).is_none() {
            return Err(Failure::new(format!(
                "column \"{name}\" referenced in foreign key constraint does not exist"
            )));
        }
        columns.push(Name::new(name));
    }
    let wanted: BTreeSet<&Name> = columns.iter().collect();
    let by_constraint = table.constraints.values().any(|constraint| {
        constraint.deferrability == pgwright_catalog::Deferrability::NotDeferrable
            && match &constraint.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    key.columns.iter().collect::<BTreeSet<_>>() == wanted
                        && key.columns.len() == columns.len()
                }
                _ => false,
            }
    });
    let by_index = || {
        table.indexes.values().any(|index| {
            index.unique
                && index.predicate.is_none()
                && index.elements.len() == columns.len()
                && index.elements.iter().all(|element| match &element.key {
                    IndexKey::Column(name) => wanted.contains(name),
                    IndexKey::Expression(_) => false,
                })
        })
    };
    if by_constraint || by_index() {
        Ok(columns)
    } else {
        Err(Failure::new(format!(
            "there is no unique constraint matching given keys for referenced table \"{}\"",
            references.name
        )))
    }
}

fn action(code: &str, columns: Vec<Name>) -> ReferentialAction {
    match code {
        "r" => ReferentialAction::Restrict,
        "c" => ReferentialAction::Cascade,
        "n" => ReferentialAction::SetNull(columns),
        "d" => ReferentialAction::SetDefault(columns),
        _ => ReferentialAction::NoAction,
    }
}
