//! What stands on a table: what falls with a column or constraint, and how each part is taken away.

use pgwright_catalog::{
    Constraint, ConstraintKind, Expression, Index, IndexKey, Key, Name, ObjectId, QualifiedName,
};

use super::{alter_column, alter_constraint, index, trigger};
use crate::read::expression::columns_in_text;
use crate::read::failure::Failure;
use crate::read::state::{State, has_index};

/// Takes away what stands on a table or materialized view, with what partitions and children have of
/// it.
pub(in crate::read) fn remove(state: &mut State, part: &ObjectId) -> Result<(), Failure> {
    match part {
        ObjectId::Column(on, name) => alter_column::take(state, on, name),
        ObjectId::Constraint(on, name) => {
            match alter_constraint::not_null_column(state, on, name.as_str()) {
                Some(column) => state.take_not_null(on, column.as_str()).map(|_| ()),
                None => alter_constraint::take(state, on, name, true),
            }
        }
        ObjectId::Index(on, name) => index::take(state, on, name),
        ObjectId::Trigger(on, name) => trigger::drop(state, on, name),
        ObjectId::Policy(on, name) => {
            state.table_mut(on)?.policies.remove(name);
            Ok(())
        }
        ObjectId::Rule(on, name) => {
            if let Some(rules) = super::rule::rules_mut(state, on) {
                rules.remove(name);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn speaks_of(expression: Option<&Expression>, column: &Name) -> bool {
    expression.is_some_and(|expression| columns_in_text(expression.sql()).contains(column))
}

fn key_has(key: &Key, column: &Name) -> bool {
    key.columns.contains(column) || key.include.contains(column)
}

fn constraint_has(constraint: &Constraint, column: &Name) -> bool {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => key_has(key, column),
        ConstraintKind::ForeignKey(key) => key.columns.contains(column),
        ConstraintKind::Check(expression) => speaks_of(Some(expression), column),
        ConstraintKind::Exclusion {
            elements,
            predicate,
            include,
            ..
        } => {
            include.contains(column)
                || speaks_of(predicate.as_ref(), column)
                || elements.iter().any(|e| element_has(&e.element.key, column))
        }
    }
}

fn element_has(key: &IndexKey, column: &Name) -> bool {
    match key {
        IndexKey::Column(name) => name == column,
        IndexKey::Expression(expression) => speaks_of(Some(expression), column),
    }
}

fn index_has(index: &Index, column: &Name) -> bool {
    index.include.contains(column)
        || speaks_of(index.predicate.as_ref(), column)
        || index.elements.iter().any(|e| element_has(&e.key, column))
}

/// What falls with a column without being asked about: its constraints, indexes, statistics, and the
/// sequences that it owns.
pub(in crate::read) fn of_column(
    state: &State,
    on: &QualifiedName,
    column: &Name,
) -> Vec<ObjectId> {
    let mut found = Vec::new();
    if let Some(table) = state.catalog.tables.get(on) {
        for (name, constraint) in &table.constraints {
            if constraint_has(constraint, column) {
                found.push(ObjectId::Constraint(on.clone(), name.clone()));
            }
        }
        for (name, index) in &table.indexes {
            if index_has(index, column) {
                found.push(ObjectId::Index(on.clone(), name.clone()));
            }
        }
    }
    for (name, held) in &state.catalog.statistics {
        if held.table == *on && held.elements.iter().any(|key| element_has(key, column)) {
            found.push(ObjectId::Statistics(name.clone()));
        }
    }
    for (name, held) in &state.catalog.sequences {
        if held.owned_by.as_ref() == Some(&(on.clone(), column.clone())) {
            found.push(ObjectId::Sequence(name.clone()));
        }
    }
    found
}

/// What needs a column, and stands in the way of its removal: views, policies, triggers, generated
/// columns.
pub(in crate::read) fn users_of_column(
    state: &State,
    on: &QualifiedName,
    column: &Name,
) -> Vec<ObjectId> {
    let object = ObjectId::Column(on.clone(), column.clone());
    let mut found: Vec<ObjectId> = state
        .used_by
        .get(&object)
        .into_iter()
        .flatten()
        .filter(|user| {
            // What stands on the column itself falls with it.
            !matches!(user,
                ObjectId::Constraint(table, _) | ObjectId::Index(table, _) if table == on)
        })
        .cloned()
        .collect();
    let mut add = |object: ObjectId| {
        if !found.contains(&object) {
            found.push(object);
        }
    };
    if let Some(table) = state.catalog.tables.get(on) {
        for other in &table.columns {
            let generated = other.generated.as_ref().map(|held| &held.expression);
            if other.name != *column && speaks_of(generated, column) {
                add(ObjectId::Column(on.clone(), other.name.clone()));
            }
        }
        for (name, policy) in &table.policies {
            if speaks_of(policy.using.as_ref(), column)
                || speaks_of(policy.with_check.as_ref(), column)
            {
                add(ObjectId::Policy(on.clone(), name.clone()));
            }
        }
        for (name, trigger) in &table.triggers {
            if trigger.update_columns.contains(column) || speaks_of(trigger.when.as_ref(), column) {
                add(ObjectId::Trigger(on.clone(), name.clone()));
            }
        }
    }
    found
}

/// Foreign keys of other tables, and of the same, that need a key.
pub(in crate::read) fn users_of_constraint(
    state: &State,
    on: &QualifiedName,
    name: &Name,
) -> Vec<ObjectId> {
    let Some(table) = state.catalog.tables.get(on) else {
        return Vec::new();
    };
    let key_of = |constraint: &Constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => Some(key.columns.clone()),
        _ => None,
    };
    let Some(key) = table.constraints.get(name).and_then(key_of) else {
        return Vec::new();
    };
    let same = |columns: &[Name]| {
        columns.len() == key.len() && columns.iter().all(|column| key.contains(column))
    };
    // Another key over the same columns may be what a foreign key stands on: the primary key is, when
    // there is one, and else the first.
    let is_primary =
        |constraint: &Constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
    let stands_on = table
        .constraints
        .iter()
        .filter(|(_, held)| has_index(held) && key_of(held).is_some_and(|key| same(&key)))
        .min_by_key(|(_, held)| !is_primary(held))
        .map(|(name, _)| name);
    if stands_on != Some(name) {
        return Vec::new();
    }
    state
        .catalog
        .references_to(on)
        .filter(|(holder, foreign, fk)| {
            let own = state
                .held
                .get(*holder)
                .and_then(|held| held.constraints.get(*foreign))
                .is_none_or(|origin| origin.local);
            own && same(&fk.referenced_columns)
        })
        .map(|(holder, foreign, _)| ObjectId::Constraint(holder.clone(), foreign.clone()))
        .collect()
}
