//! Rewrite rules of tables and views.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName, Rule};

use super::{Kind, kept, only_comment};
use crate::change::{Change, Cover, Rank, Statement, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::{FileGroup, LockLevel};

pub(super) struct Rules;

type Holder<'a> = (ObjectId, &'a QualifiedName, &'a BTreeMap<Name, Rule>);

/// Everything that has rules.
fn holders(catalog: &Catalog) -> impl Iterator<Item = Holder<'_>> {
    let tables = catalog.tables.iter();
    let views = catalog.views.iter();
    tables
        .map(|(name, t)| (ObjectId::Table(name.clone()), name, &t.rules))
        .chain(views.map(|(name, v)| (ObjectId::View(name.clone()), name, &v.rules)))
        .filter(|(_, _, rules)| !rules.is_empty())
}

fn rules_of<'a>(catalog: &'a Catalog, holder: &ObjectId) -> Option<&'a BTreeMap<Name, Rule>> {
    match holder {
        ObjectId::Table(name) => catalog.tables.get(name).map(|t| &t.rules),
        ObjectId::View(name) => catalog.views.get(name).map(|v| &v.rules),
        _ => None,
    }
}

impl Kind for Rules {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (holder, on, rules) in holders(context.full) {
            let base = rules_of(context.base, &holder);
            for (name, rule) in rules {
                if !base.is_some_and(|b| b.contains_key(name)) {
                    out.push(add(context, &holder, on, name, rule));
                }
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (holder, on, rules) in holders(context.full) {
            let Some(base) = rules_of(context.base, &holder) else {
                continue;
            };
            for (name, from, to) in kept(base, rules) {
                let object = ObjectId::Rule(on.clone(), name.clone());
                only_comment(context, object, FileGroup::Views, from, to, out, |r| {
                    r.comment.take()
                });
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
    rule: &Rule,
) -> Change {
    let object = ObjectId::Rule(on.clone(), name.clone());
    let mut change = Change::create(object.clone(), FileGroup::Views, Rank::Rule);
    change.need(holder.clone(), Strength::Must);
    context.need_recorded(&mut change, &object);
    if let Some(condition) = &rule.condition {
        context.need_text(&mut change, condition.sql());
    }
    for action in &rule.actions {
        context.need_text(&mut change, action);
    }
    let lock = |sql: String| {
        let statement = Statement::from(sql);
        if context.live(on) {
            statement.lock(on, LockLevel::AccessExclusive)
        } else {
            statement
        }
    };
    change
        .up
        .push(lock(context.writer.create_rule(on, name, rule)));
    if let Some(state) = context.writer.rule_state(on, name, rule) {
        change.up.push(lock(state));
    }
    context.comment(&mut change, &object, rule.comment.as_ref());
    change.down.push(lock(context.drop(&object).sql));
    // A rule that names other tables is in the way when they are dropped first.
    if rule.condition.is_none() && rule.actions.is_empty() {
        change.covered_by = Some(Cover::With(holder.clone()));
    }
    change
}
