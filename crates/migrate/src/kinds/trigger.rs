//! Triggers of tables and views.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName, Trigger};

use super::{Kind, kept};
use crate::change::{Change, Rank, Statement, Strength};
use crate::context::{Context, unchanged};
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
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (holder, on, triggers) in holders(context.full) {
            let Some(base) = triggers_of(context.base, &holder) else {
                continue;
            };
            for (name, from, to) in kept(base, triggers) {
                let object = || ObjectId::Trigger(on.clone(), name.clone());
                let without_comment = |t: &Trigger| Trigger {
                    comment: None,
                    ..t.clone()
                };
                unchanged(
                    object,
                    "definition",
                    &without_comment(from),
                    &without_comment(to),
                )?;
                let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
                context.comment_change(object(), FileGroup::Functions, a, b, out);
            }
        }
        Ok(())
    }
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
    let functions = context
        .full
        .routines
        .keys()
        .filter(|s| s.name == trigger.function);
    change.must_have(functions.map(|s| ObjectId::Routine(s.clone())));
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
