//! Tables, partitioned tables and partitions.

use std::collections::BTreeSet;

use pgwright_catalog::write::Apart;
use pgwright_catalog::{ConstraintKind, IndexKey, ObjectId, QualifiedName, Table};

use super::{Kind, added, heading, kept, stand_in};
use crate::change::{Change, Rank, Strength};
use crate::context::{Context, unchanged};
use crate::plan::PlanError;
use crate::step::{FileGroup, Hazard};

pub(super) struct Tables;

/// What CREATE TABLE leaves to later statements.
pub(super) fn apart(context: &Context<'_>, name: &QualifiedName, table: &Table) -> Apart {
    let mut apart = context.apart.get(name).cloned().unwrap_or_default();
    for (constraint, definition) in &table.constraints {
        // Foreign keys need the other table. CREATE TABLE would take NOT VALID for valid, as the
        // table is empty.
        let later = matches!(definition.kind, ConstraintKind::ForeignKey(_))
            || (!definition.validated && definition.enforced);
        if later {
            apart.constraints.insert(constraint.clone());
        }
    }
    apart
}

impl Kind for Tables {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, table) in added(&context.base.tables, &context.full.tables) {
            let object = ObjectId::Table(name.clone());
            let group = match table.partition_of {
                None => FileGroup::Tables,
                Some(_) => FileGroup::Partitions,
            };
            let apart = apart(context, name, table);
            let mut change = Change::create(object.clone(), group, Rank::Table);
            change.partitioned = table.partition_by.is_some();
            change.heading = heading(table.comment.as_ref());
            context.need_schema(&mut change, &name.schema)?;
            need(context, &mut change, name, table, &apart);

            change
                .up
                .push(context.writer.create_table(name, table, &apart)?.into());
            for column in &table.columns {
                let settings = context.writer.column_settings(name, column);
                change.up.extend(settings.into_iter().map(Into::into));
            }
            context.comment(&mut change, &object, table.comment.as_ref());
            for column in &table.columns {
                let id = ObjectId::Column(name.clone(), column.name.clone());
                context.comment(&mut change, &id, column.comment.as_ref());
                change.provides.push(id);
            }
            for (constraint, definition) in &table.constraints {
                if !apart.constraints.contains(constraint) {
                    let id = ObjectId::Constraint(name.clone(), constraint.clone());
                    context.comment(&mut change, &id, definition.comment.as_ref());
                    change.provides.push(id);
                }
            }
            change
                .down
                .push(context.drop(&object).hazard(Hazard::LosesData));
            if context.full.stand_ins.contains(&object) {
                stand_in::guard(context, &mut change, table.comment.as_ref());
            }
            out.push(change);
            late_defaults(context, name, table, &apart, out);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.tables, &context.full.tables) {
            let object = || ObjectId::Table(name.clone());
            unchanged(
                object,
                "partition key",
                &from.partition_by,
                &to.partition_by,
            )?;
            unchanged(
                object,
                "partition bounds",
                &from.partition_of,
                &to.partition_of,
            )?;
            unchanged(object, "parents", &from.inherits, &to.inherits)?;
            unchanged(object, "persistence", &from.persistence, &to.persistence)?;
            unchanged(object, "storage parameters", &from.options, &to.options)?;
            unchanged(object, "tablespace", &from.tablespace, &to.tablespace)?;
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), FileGroup::Tables, a, b, out);
        }
        Ok(())
    }
}

/// What the table needs: types, functions, parents, and for a pleasant order the tables it references.
fn need(
    context: &Context<'_>,
    change: &mut Change,
    name: &QualifiedName,
    table: &Table,
    apart: &Apart,
) {
    let referenced: Vec<_> = table.foreign_keys().map(|(_, fk)| &fk.references).collect();
    for table in &referenced {
        change.need(ObjectId::Table((*table).clone()), Strength::Order);
    }
    let late_defaults = table
        .columns
        .iter()
        .filter(|c| apart.defaults.contains(&c.name));
    let late: BTreeSet<_> = late_defaults
        .filter_map(|c| c.default.as_ref())
        .flat_map(|default| context.named(default.sql()))
        .collect();
    for needed in context
        .full
        .dependencies
        .get(&change.object)
        .into_iter()
        .flatten()
    {
        // What the catalog records of a table may stem from a part that comes later: a foreign key,
        // a default.
        let by_key = matches!(needed, ObjectId::Table(t) if referenced.contains(&t));
        let later = by_key || late.contains(needed);
        change.need(
            needed.clone(),
            if later {
                Strength::Order
            } else {
                Strength::Must
            },
        );
    }
    if let Some(of) = &table.partition_of {
        change.need(ObjectId::Table(of.parent.clone()), Strength::Must);
    }
    for parent in &table.inherits {
        change.need(ObjectId::Table(parent.clone()), Strength::Must);
    }
    for element in table.partition_by.iter().flat_map(|key| &key.elements) {
        context.need_text(change, element);
    }
    for column in &table.columns {
        context.need_text(change, &column.data_type);
        if let Some(generated) = &column.generated {
            context.need_text(change, generated.expression.sql());
        }
        if !apart.defaults.contains(&column.name) {
            if let Some(default) = &column.default {
                context.need_text(change, default.sql());
            }
            let id = ObjectId::Column(name.clone(), column.name.clone());
            context.need_recorded(change, &id);
        }
    }
    for (constraint, definition) in &table.constraints {
        if !apart.constraints.contains(constraint) {
            let id = ObjectId::Constraint(name.clone(), constraint.clone());
            context.need_recorded(change, &id);
            need_constraint(context, change, &definition.kind);
        }
    }
}

/// What the expressions of a constraint need.
pub(super) fn need_constraint(context: &Context<'_>, change: &mut Change, kind: &ConstraintKind) {
    match kind {
        ConstraintKind::Check(expression) => context.need_text(change, expression.sql()),
        ConstraintKind::Exclusion {
            elements,
            predicate,
            ..
        } => {
            for element in elements {
                if let IndexKey::Expression(expression) = &element.element.key {
                    context.need_text(change, expression.sql());
                }
            }
            if let Some(predicate) = predicate {
                context.need_text(change, predicate.sql());
            }
        }
        ConstraintKind::PrimaryKey(_)
        | ConstraintKind::Unique(_)
        | ConstraintKind::ForeignKey(_) => {}
    }
}

fn late_defaults(
    context: &Context<'_>,
    name: &QualifiedName,
    table: &Table,
    apart: &Apart,
    out: &mut Vec<Change>,
) {
    for column in table
        .columns
        .iter()
        .filter(|c| apart.defaults.contains(&c.name))
    {
        let Some(default) = &column.default else {
            continue;
        };
        let id = ObjectId::Column(name.clone(), column.name.clone());
        let mut change = Change::alter(id.clone(), FileGroup::Tables, Rank::Column);
        change.need(ObjectId::Table(name.clone()), Strength::Must);
        context.need_recorded(&mut change, &id);
        context.need_text(&mut change, default.sql());
        let writer = &context.writer;
        let set = writer.column_default(name, &column.name, Some(default.sql()));
        change.up.push(set.into());
        let drop = writer.column_default(name, &column.name, None);
        change.down.push(drop.into());
        out.push(change);
    }
}
