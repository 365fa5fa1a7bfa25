//! Triggers of tables and views, and what partitions have of them.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::CreateTrigStmt;
use pgwright_catalog::{
    Deferrability, Name, ObjectId, QualifiedName, RoutineSignature, Trigger, TriggerEnabled,
    TriggerEvent, TriggerTiming,
};

use super::index::existing_column;
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::{split_name, strings, truncate};
use crate::read::state::{RelationKind, State};

const INSERT: i32 = 1 << 2;
const DELETE: i32 = 1 << 3;
const UPDATE: i32 = 1 << 4;
const TRUNCATE: i32 = 1 << 5;
const BEFORE: i32 = 1 << 1;
const INSTEAD: i32 = 1 << 6;

/// CREATE TRIGGER.
pub(in crate::read) fn create(
    state: &mut State,
    statement: &CreateTrigStmt,
) -> Result<(), Failure> {
    let relation = statement
        .relation
        .as_ref()
        .ok_or_else(|| Failure::new("a trigger needs a relation"))?;
    let (on, kind) = state.relation(relation)?;
    if !matches!(
        kind,
        RelationKind::Table | RelationKind::ForeignTable | RelationKind::View
    ) {
        return Err(Failure::new(format!(
            "relation \"{}\" cannot have triggers",
            on.name
        )));
    }
    let name = Name::new(truncate(&statement.trigname));
    let old = trigger(state, &on, &name).cloned();
    if let Some(old) = &old {
        if !statement.replace {
            return Err(Failure::new(format!(
                "trigger \"{name}\" for relation \"{}\" already exists",
                on.name
            )));
        }
        if old.constraint.is_some() || statement.isconstraint {
            return Err(Failure::new(format!(
                "trigger \"{name}\" for relation \"{}\" is a constraint trigger",
                on.name
            )));
        }
    }
    let mut columns = Vec::new();
    for column in strings(&statement.columns) {
        let column = existing_column(state, &on, column).map_err(|_| {
            Failure::new(format!(
                "column \"{column}\" of relation \"{}\" does not exist",
                on.name
            ))
        })?;
        columns.push(column);
    }
    let mut uses = BTreeSet::new();
    let when = match statement.when_clause.as_deref() {
        Some(node) => {
            let context = Context::new(ExprKind::TriggerWhen).over(&on);
            let (expression, used) = state.expression_and_uses(node, &context)?;
            uses.extend(used);
            Some(expression)
        }
        None => None,
    };
    let function = function(state, &strings(&statement.funcname))?;
    uses.insert(ObjectId::Routine(RoutineSignature::new(
        function.clone(),
        Vec::<String>::new(),
    )));
    let mut new = Trigger {
        timing: match statement.timing {
            t if t & BEFORE != 0 => TriggerTiming::Before,
            t if t & INSTEAD != 0 => TriggerTiming::InsteadOf,
            _ => TriggerTiming::After,
        },
        events: events(statement.events),
        update_columns: columns,
        for_each_row: statement.row,
        when,
        function,
        arguments: strings(&statement.args)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        constraint: statement.isconstraint.then_some(
            match (statement.deferrable, statement.initdeferred) {
                (false, _) => Deferrability::NotDeferrable,
                (true, false) => Deferrability::InitiallyImmediate,
                (true, true) => Deferrability::InitiallyDeferred,
            },
        ),
        from: None,
        old_table: None,
        new_table: None,
        enabled: TriggerEnabled::Origin,
        comment: old.and_then(|old| old.comment),
    };
    if let Some(from) = &statement.constrrel {
        new.from = Some(state.relation(from)?.0);
    }
    for node in &statement.transition_rels {
        if let Some(NodeEnum::TriggerTransition(transition)) = node.node.as_ref() {
            let name = Some(Name::new(truncate(&transition.name)));
            if transition.is_new {
                new.new_table = name;
            } else {
                new.old_table = name;
            }
        }
    }
    if kind == RelationKind::View {
        state.touch(&ObjectId::View(on.clone()));
        if let Some(view) = state.catalog.views.get_mut(&on) {
            view.triggers.insert(name.clone(), new);
        }
    } else {
        let table = state.table_mut(&on)?;
        let partitioned = table.partition_by.is_some();
        table.triggers.insert(name.clone(), new.clone());
        state.held_mut(&on).inherited_triggers.remove(&name);
        if partitioned && new.for_each_row {
            for partition in state.children.get(&on).cloned().unwrap_or_default() {
                copy(state, &partition, &name, &new)?;
            }
        }
    }
    state.set_uses(ObjectId::Trigger(on, name), uses);
    Ok(())
}

fn events(bits: i32) -> BTreeSet<TriggerEvent> {
    [
        (INSERT, TriggerEvent::Insert),
        (DELETE, TriggerEvent::Delete),
        (UPDATE, TriggerEvent::Update),
        (TRUNCATE, TriggerEvent::Truncate),
    ]
    .into_iter()
    .filter_map(|(bit, event)| (bits & bit != 0).then_some(event))
    .collect()
}

/// A trigger of a table or view.
pub(super) fn trigger<'a>(
    state: &'a State,
    on: &QualifiedName,
    name: &Name,
) -> Option<&'a Trigger> {
    match state.catalog.tables.get(on) {
        Some(table) => table.triggers.get(name),
        None => state.catalog.views.get(on)?.triggers.get(name),
    }
}

/// The function of a trigger. One of a schema that is not known may come with an extension.
fn function(state: &State, parts: &[&str]) -> Result<QualifiedName, Failure> {
    let (schema, name) =
        split_name(parts).ok_or_else(|| Failure::new("a trigger needs a function"))?;
    let known = |schema: &str| {
        let full = QualifiedName::new(schema, name);
        let signature = RoutineSignature::new(full.clone(), Vec::<String>::new());
        state
            .catalog
            .routines
            .contains_key(&signature)
            .then_some(full)
    };
    let is_system = SYSTEM_TRIGGER_FUNCTIONS.contains(&name);
    match schema {
        Some("pg_catalog") if is_system => Ok(QualifiedName::new("pg_catalog", name)),
        Some(schema) => known(schema)
            .or_else(|| {
                state
                    .may_be_of_extension()
                    .then(|| QualifiedName::new(schema, name))
            })
            .ok_or_else(|| Failure::new(format!("function {schema}.{name}() does not exist"))),
        None if is_system => Ok(QualifiedName::new("pg_catalog", name)),
        None => {
            let path = state.visible_schemas();
            path.iter()
                .find_map(|schema| known(schema.as_str()))
                .or_else(|| {
                    let schema = path.first().filter(|_| state.may_be_of_extension())?;
                    Some(QualifiedName::new(schema.clone(), name))
                })
                .ok_or_else(|| Failure::new(format!("function {name}() does not exist")))
        }
    }
}

/// Trigger functions of PostgreSQL's own.
const SYSTEM_TRIGGER_FUNCTIONS: &[&str] = &[
    "suppress_redundant_updates_trigger",
    "tsvector_update_trigger",
    "tsvector_update_trigger_column",
    "unique_key_recheck",
];

impl State {
    /// Whether an unknown function may be one of an extension that the text makes.
    fn may_be_of_extension(&self) -> bool {
        self.catalog
            .extensions
            .keys()
            .any(|name| name.as_str() != "plpgsql")
    }
}

/// Gives a partition, and its partitions, a row trigger of its parent.
fn copy(
    state: &mut State,
    partition: &QualifiedName,
    name: &Name,
    trigger: &Trigger,
) -> Result<(), Failure> {
    if state.table(partition)?.foreign.is_some() {
        return Ok(());
    }
    let taken = state.table(partition)?.triggers.contains_key(name)
        && !state.held_mut(partition).inherited_triggers.contains(name);
    if taken {
        return Err(Failure::new(format!(
            "trigger \"{name}\" for relation \"{}\" already exists",
            partition.name
        )));
    }
    let copied = Trigger {
        comment: None,
        ..trigger.clone()
    };
    let table = state.table_mut(partition)?;
    table.triggers.insert(name.clone(), copied);
    let held = state.held_mut(partition);
    held.inherited_triggers.insert(name.clone());
    if state.table(partition)?.partition_by.is_some() {
        for child in state.children.get(partition).cloned().unwrap_or_default() {
            copy(state, &child, name, trigger)?;
        }
    }
    Ok(())
}

/// Gives a new partition the row triggers of its parent.
pub(super) fn copy_all(
    state: &mut State,
    parent: &QualifiedName,
    partition: &QualifiedName,
) -> Result<(), Failure> {
    let triggers: Vec<(Name, Trigger)> = state
        .table(parent)?
        .triggers
        .iter()
        .filter(|(_, trigger)| trigger.for_each_row)
        .map(|(name, trigger)| (name.clone(), trigger.clone()))
        .collect();
    for (name, trigger) in triggers {
        copy(state, partition, &name, &trigger)?;
    }
    Ok(())
}

/// Takes a trigger away, from the partitions too.
pub(in crate::read) fn drop(
    state: &mut State,
    on: &QualifiedName,
    name: &Name,
) -> Result<(), Failure> {
    if state.catalog.views.contains_key(on) {
        state.touch(&ObjectId::View(on.clone()));
        if let Some(view) = state.catalog.views.get_mut(on) {
            view.triggers.remove(name);
        }
        return Ok(());
    }
    let table = state.table_mut(on)?;
    table.triggers.remove(name);
    state.held_mut(on).inherited_triggers.remove(name);
    for child in state.children.get(on).cloned().unwrap_or_default() {
        let inherited = state
            .held
            .get(&child)
            .is_some_and(|held| held.inherited_triggers.contains(name));
        if inherited {
            drop(state, &child, name)?;
        }
    }
    Ok(())
}

/// ENABLE, ENABLE ALWAYS, ENABLE REPLICA and DISABLE TRIGGER; `None` is ALL and USER.
pub(super) fn set_enabled(
    state: &mut State,
    on: &QualifiedName,
    name: Option<&str>,
    enabled: TriggerEnabled,
    recurse: bool,
) -> Result<(), Failure> {
    let table = state.table_mut(on)?;
    if let Some(name) = name
        && !table.triggers.contains_key(name)
    {
        return Err(Failure::new(format!(
            "trigger \"{name}\" for table \"{}\" does not exist",
            on.name
        )));
    }
    let mut changed = Vec::new();
    for (held, trigger) in &mut table.triggers {
        if name.is_none_or(|name| name == held.as_str()) {
            trigger.enabled = enabled;
            changed.push((held.clone(), trigger.for_each_row));
        }
    }
    if recurse && table.partition_by.is_some() {
        for child in state.children.get(on).cloned().unwrap_or_default() {
            for (held, _) in changed.iter().filter(|(_, row)| *row) {
                set_enabled(state, &child, Some(held.as_str()), enabled, true)?;
            }
        }
    }
    Ok(())
}
