//! RENAME COLUMN: the column itself, and all that names it.

use std::collections::BTreeSet;

use pgwright_catalog::{
    ConstraintKind, Expression, Generated, IndexKey, Name, ObjectId, QualifiedName,
    ReferentialAction,
};

use crate::analyze::{ExprKind, Rename};
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::objects::follow::Change;
use crate::read::state::{State, no_column};

/// RENAME COLUMN, of the children too.
pub(super) fn rename_column(
    state: &mut State,
    on: &QualifiedName,
    old: &str,
    new: &Name,
    recurse: bool,
    recursing: bool,
) -> Result<(), Failure> {
    let table = state.table(on)?;
    if table.column(old).is_none() {
        return Err(Failure::missing("column", old));
    }
    if table.column(new.as_str()).is_some() {
        return Err(Failure::new(format!(
            "column \"{new}\" of relation \"{}\" already exists",
            on.name
        )));
    }
    let inherited = state
        .held
        .get(on)
        .and_then(|held| held.columns.get(old))
        .is_some_and(|origin| origin.parents > 0);
    if inherited && !recursing {
        return Err(Failure::new(format!(
            "cannot rename inherited column \"{old}\""
        )));
    }
    let children = state.children.get(on).cloned().unwrap_or_default();
    if !recurse && !children.is_empty() {
        return Err(Failure::new(format!(
            "inherited column \"{old}\" must be renamed in child tables too"
        )));
    }
    for child in children {
        rename_column(state, &child, old, new, recurse, true)?;
    }
    let old = Name::new(old);
    state.rename_in_texts(&Change::Column(
        on.clone(),
        old.to_string(),
        new.to_string(),
    ));
    rename_in_expressions(state, on, &old, new)?;
    rename_in_table(state, on, &old, new)?;
    rename_elsewhere(state, on, &old, new)
}

/// Expressions over the table's own columns, printed anew with the new name.
fn rename_in_expressions(
    state: &mut State,
    on: &QualifiedName,
    old: &Name,
    new: &Name,
) -> Result<(), Failure> {
    let rename = Rename::Column {
        relation: (on.schema.as_str().into(), on.name.as_str().into()),
        from: old.as_str().into(),
        to: new.as_str().into(),
    };
    let mut table = state.table(on)?.clone();
    let renamed = |expression: &mut Expression, kind: ExprKind, wanted: Option<&str>| {
        let mut context = Context::new(kind).over(on);
        context.wanted = wanted;
        if let Some(text) = state.renamed(expression, &context, &rename) {
            *expression = text;
        }
    };
    for column in &mut table.columns {
        let data_type = column.data_type.clone();
        if let Some(Generated { expression, .. }) = &mut column.generated {
            renamed(expression, ExprKind::GeneratedColumn, Some(&data_type));
        }
    }
    for constraint in table.constraints.values_mut() {
        match &mut constraint.kind {
            ConstraintKind::Check(expression) => {
                renamed(expression, ExprKind::CheckConstraint, None);
            }
            ConstraintKind::Exclusion {
                elements,
                predicate,
                ..
            } => {
                for element in elements {
                    if let IndexKey::Expression(expression) = &mut element.element.key {
                        renamed(expression, ExprKind::IndexExpression, None);
                    }
                }
                if let Some(expression) = predicate {
                    renamed(expression, ExprKind::IndexPredicate, None);
                }
            }
            _ => {}
        }
    }
    for index in table.indexes.values_mut() {
        for element in &mut index.elements {
            if let IndexKey::Expression(expression) = &mut element.key {
                renamed(expression, ExprKind::IndexExpression, None);
            }
        }
        if let Some(expression) = &mut index.predicate {
            renamed(expression, ExprKind::IndexPredicate, None);
        }
    }
    for policy in table.policies.values_mut() {
        for expression in policy.using.iter_mut().chain(&mut policy.with_check) {
            renamed(expression, ExprKind::Policy, None);
        }
    }
    for trigger in table.triggers.values_mut() {
        if let Some(expression) = &mut trigger.when {
            renamed(expression, ExprKind::TriggerWhen, None);
        }
    }
    let quoted = old.quoted();
    if let Some(key) = &mut table.partition_by {
        for element in &mut key.elements {
            if *element == quoted {
                *element = new.quoted();
            } else if let Some(rest) = element.strip_prefix(&format!("{quoted} ")) {
                *element = format!("{} {rest}", new.quoted());
            } else {
                let mut expression = Expression::new(element.clone());
                let bare = !element.starts_with('(');
                renamed(&mut expression, ExprKind::PartitionExpression, None);
                *element = if bare {
                    expression.0
                } else {
                    format!("({})", expression.0)
                };
            }
        }
    }
    let mut statistics = Vec::new();
    for (name, held) in &state.catalog.statistics {
        if held.table == *on {
            let mut held = held.clone();
            for key in &mut held.elements {
                match key {
                    IndexKey::Column(name) if name == old => *name = new.clone(),
                    IndexKey::Column(_) => {}
                    IndexKey::Expression(expression) => {
                        renamed(expression, ExprKind::StatsExpression, None);
                    }
                }
            }
            statistics.push((name.clone(), held));
        }
    }
    *state.table_mut(on)? = table;
    for (name, held) in statistics {
        state.touch(&ObjectId::Statistics(name.clone()));
        state.catalog.statistics.insert(name, held);
    }
    Ok(())
}

fn replace(names: &mut [Name], old: &Name, new: &Name) {
    for name in names {
        if name == old {
            name.clone_from(new);
        }
    }
}

/// The column itself, and the lists of columns on its table.
fn rename_in_table(
    state: &mut State,
    on: &QualifiedName,
    old: &Name,
    new: &Name,
) -> Result<(), Failure> {
    let table = state.table_mut(on)?;
    let Some(column) = table.column_mut(old.as_str()) else {
        return Err(no_column(old.as_str(), on));
    };
    column.name = new.clone();
    for constraint in table.constraints.values_mut() {
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                replace(&mut key.columns, old, new);
                replace(&mut key.include, old, new);
            }
            ConstraintKind::ForeignKey(key) => {
                replace(&mut key.columns, old, new);
                for action in [&mut key.on_delete, &mut key.on_update] {
                    if let ReferentialAction::SetNull(columns)
                    | ReferentialAction::SetDefault(columns) = action
                    {
                        replace(columns, old, new);
                    }
                }
            }
            ConstraintKind::Exclusion {
                elements, include, ..
            } => {
                replace(include, old, new);
                for element in elements {
                    if let IndexKey::Column(name) = &mut element.element.key
                        && name == old
                    {
                        name.clone_from(new);
                    }
                }
            }
            ConstraintKind::Check(_) => {}
        }
    }
    for index in table.indexes.values_mut() {
        replace(&mut index.include, old, new);
        for element in &mut index.elements {
            if let IndexKey::Column(name) = &mut element.key
                && name == old
            {
                name.clone_from(new);
            }
        }
    }
    for trigger in table.triggers.values_mut() {
        replace(&mut trigger.update_columns, old, new);
    }
    table.grants = std::mem::take(&mut table.grants)
        .into_iter()
        .map(|mut grant| {
            if grant.column.as_ref() == Some(old) {
                grant.column = Some(new.clone());
            }
            grant
        })
        .collect();
    let sequences: Vec<QualifiedName> = table
        .column(new.as_str())
        .and_then(|column| column.identity.as_ref()?.name.clone())
        .into_iter()
        .collect();
    for sequence in sequences {
        state
            .identity_sequences
            .insert(sequence, (on.clone(), new.clone()));
    }
    let held = state.held_mut(on);
    if let Some(origin) = held.columns.remove(old) {
        held.columns.insert(new.clone(), origin);
    }
    if let Some(origin) = held.not_nulls.remove(old) {
        held.not_nulls.insert(new.clone(), origin);
    }
    Ok(())
}

/// What names the column from outside its table.
fn rename_elsewhere(
    state: &mut State,
    on: &QualifiedName,
    old: &Name,
    new: &Name,
) -> Result<(), Failure> {
    let referencing: BTreeSet<QualifiedName> = state
        .catalog
        .references_to(on)
        .filter(|(_, _, key)| key.referenced_columns.contains(old))
        .map(|(holder, _, _)| holder.clone())
        .collect();
    for holder in referencing {
        for constraint in state.table_mut(&holder)?.constraints.values_mut() {
            if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && key.references == *on
            {
                replace(&mut key.referenced_columns, old, new);
            }
        }
    }
    let sequences: Vec<QualifiedName> = state
        .catalog
        .sequences
        .iter()
        .filter(|(_, held)| held.owned_by.as_ref() == Some(&(on.clone(), old.clone())))
        .map(|(name, _)| name.clone())
        .collect();
    for name in sequences {
        state.touch(&ObjectId::Sequence(name.clone()));
        if let Some(sequence) = state.catalog.sequences.get_mut(&name) {
            sequence.owned_by = Some((on.clone(), new.clone()));
        }
    }
    state.move_sayings(
        &ObjectId::Column(on.clone(), old.clone()),
        &ObjectId::Column(on.clone(), new.clone()),
    );
    Ok(())
}
