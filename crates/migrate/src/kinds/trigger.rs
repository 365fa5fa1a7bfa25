//! Triggers of tables and views.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName, Table, Trigger, TriggerEnabled};

use super::{Kind, added, altered};
use crate::change::{Change, Cover, Rank, Statement, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::{FileGroup, LockLevel};

pub(super) struct Triggers;

type Holder<'a> = (ObjectId, &'a QualifiedName, &'a BTreeMap<Name, Trigger>);

/// Everything that has triggers.
fn holders(catalog: &Catalog) -> impl Iterator<Item = Holder<'_>> {
    let tables = catalog.tables.iter();
    let views = catalog.views.iter();
    tables
        .map(|(name, t)| (ObjectId::Table(name.clone()), name, &t.triggers))
        .chain(views.map(|(name, v)| (ObjectId::View(name.clone()), name, &v.triggers)))
}

fn triggers_of<'a>(catalog: &'a Catalog, holder: &ObjectId) -> Option<&'a BTreeMap<Name, Trigger>> {
    match holder {
        ObjectId::Table(name) => catalog.tables.get(name).map(|t| &t.triggers),
        ObjectId::View(name) => catalog.views.get(name).map(|v| &v.triggers),
        _ => None,
    }
}

impl Kind for Triggers {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (holder, on, triggers) in holders(context.full) {
            let base = triggers_of(context.base, &holder);
            for (name, trigger) in triggers {
                if !base.is_some_and(|b| b.contains_key(name)) {
                    out.push(add(context, &holder, on, name, trigger)?);
                }
            }
        }
        for (name, table) in added(&context.base.tables, &context.full.tables) {
            inherited_states(context, name, &Table::default(), table, out);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (holder, on, triggers) in holders(context.full) {
            let Some(base) = triggers_of(context.base, &holder) else {
                continue;
            };
            for (name, from, to) in altered(base, triggers) {
                let object = || ObjectId::Trigger(on.clone(), name.clone());
                let without_comment = |t: &Trigger| Trigger {
                    comment: None,
                    enabled: TriggerEnabled::Origin,
                    ..t.clone()
                };
                let (a, b) = (without_comment(from), without_comment(to));
                if context.replace_unless_equal(object, &a, &b) {
                    continue;
                }
                let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
                context.comment_change(object(), FileGroup::Functions, a, b, out);
                set_state(context, on, name, from.enabled, to.enabled, out);
            }
        }
        for (name, from, to) in context.altered_tables().iter().copied() {
            inherited_states(context, name, from, to, out);
        }
        Ok(())
    }
}

/// Enable states of triggers that a partition has from its parent, where they are its own.
fn inherited_states(
    context: &Context<'_>,
    table: &QualifiedName,
    from: &Table,
    to: &Table,
    out: &mut Vec<Change>,
) {
    let (from, to) = (&from.inherited_trigger_states, &to.inherited_trigger_states);
    for name in from.keys().chain(to.keys()).collect::<BTreeSet<_>>() {
        let state = |states: &BTreeMap<Name, TriggerEnabled>| {
            let inherited = || parents_state(context, table, name);
            states.get(name).copied().unwrap_or_else(inherited)
        };
        if has_trigger(context, table, name) {
            set_state(context, table, name, state(from), state(to), out);
        }
    }
}

/// True when a parent of a partition has a trigger of the name.
fn has_trigger(context: &Context<'_>, table: &QualifiedName, name: &Name) -> bool {
    let mut next = context.full.tables.get(table);
    while let Some(parent) = next.and_then(|t| t.partition_of.as_ref()) {
        next = context.full.tables.get(&parent.parent);
        if next.is_some_and(|t| t.triggers.contains_key(name)) {
            return true;
        }
    }
    false
}

/// The state of a trigger at the parent of a partition.
fn parents_state(context: &Context<'_>, table: &QualifiedName, name: &Name) -> TriggerEnabled {
    let mut next = context.full.tables.get(table);
    while let Some(parent) = next.and_then(|t| t.partition_of.as_ref()) {
        next = context.full.tables.get(&parent.parent);
        let own = next.and_then(|t| t.triggers.get(name)).map(|t| t.enabled);
        let state = next.and_then(|t| t.inherited_trigger_states.get(name).copied());
        if let Some(state) = own.or(state) {
            return state;
        }
    }
    TriggerEnabled::Origin
}

/// `ALTER TABLE … ENABLE/DISABLE TRIGGER`, which reaches the partitions as well: those of lower levels
/// come later.
fn set_state(
    context: &Context<'_>,
    on: &QualifiedName,
    name: &Name,
    from: TriggerEnabled,
    to: TriggerEnabled,
    out: &mut Vec<Change>,
) {
    if from == to {
        return;
    }
    let object = ObjectId::Trigger(on.clone(), name.clone());
    let mut change = Change::alter(object, FileGroup::Functions, Rank::TriggerState);
    let mut level = 0_usize;
    let mut next = context.full.tables.get(on);
    change.need(ObjectId::Table(on.clone()), Strength::Must);
    while let Some(parent) = next.and_then(|t| t.partition_of.as_ref()) {
        level += 1;
        next = context.full.tables.get(&parent.parent);
        change.need(
            ObjectId::Trigger(parent.parent.clone(), name.clone()),
            Strength::Must,
        );
        if level > context.full.tables.len() {
            break;
        }
    }
    change.sort.1 = format!("{level:05} {on} {name}");
    let say = |state| {
        let statement = Statement::from(context.writer.set_trigger_state(on, name, state));
        if context.live(on) {
            statement.lock(on, LockLevel::ShareRowExclusive)
        } else {
            statement
        }
    };
    change.up.push(say(to));
    change.down.push(say(from));
    change.covered_by = Some(Cover::With(ObjectId::Table(on.clone())));
    out.push(change);
}

fn add(
    context: &Context<'_>,
    holder: &ObjectId,
    on: &QualifiedName,
    name: &Name,
    trigger: &Trigger,
) -> Result<Change, PlanError> {
    let object = ObjectId::Trigger(on.clone(), name.clone());
    let mut change = Change::create(object.clone(), FileGroup::Functions, Rank::Trigger);
    change.need(holder.clone(), Strength::Must);
    context.need_function(&mut change, &trigger.function, &[]);
    change.must_have(trigger.from.iter().cloned().map(ObjectId::Table));
    context.need_recorded(&mut change, &object);
    if let Some(when) = &trigger.when {
        context.need_text(&mut change, when.sql());
    }
    let lock = |sql: String, level| {
        let statement = Statement::from(sql);
        if context.live(on) {
            statement.lock(on, level)
        } else {
            statement
        }
    };
    let create = context.writer.create_trigger(on, name, trigger)?;
    change.up.push(lock(create, LockLevel::ShareRowExclusive));
    if let Some(state) = context.writer.trigger_state(on, name, trigger) {
        change.up.push(lock(state, LockLevel::ShareRowExclusive));
    }
    context.comment(&mut change, &object, trigger.comment.as_ref());
    let drop = context
        .writer
        .drop(&context.writer.address(context.full, &object));
    change.down.push(lock(drop, LockLevel::AccessExclusive));
    Ok(change)
}
