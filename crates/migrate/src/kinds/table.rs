//! Tables, partitioned tables and partitions.

use std::collections::BTreeSet;

use pgwright_catalog::write::{Apart, not_null_name, scan};
use pgwright_catalog::{
    Column, Constraint, ConstraintKind, IndexKey, Name, ObjectId, QualifiedName, Table,
    identity_sequence_name,
};

use super::{Kind, added, heading, stand_in};
use crate::change::{Change, Rank, Statement, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::replace::is_retyped;
use crate::step::{FileGroup, Hazard, LockLevel};

pub(super) struct Tables;

/// True for two keys that CREATE TABLE would make one of.
fn are_one(a: &Constraint, b: &Constraint) -> bool {
    let key = |c: &Constraint| match &c.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => Some(key.clone()),
        _ => None,
    };
    key(a).is_some() && key(a) == key(b)
}

/// What CREATE TABLE leaves to later statements.
pub(super) fn apart(context: &Context<'_>, name: &QualifiedName, table: &Table) -> Apart {
    let mut apart = context.opened.tables.get(name).cloned().unwrap_or_default();
    for (constraint, definition) in &table.constraints {
        let id = || ObjectId::Constraint(name.clone(), constraint.clone());
        // A part of a parent's key comes with that key; a key with parts of their own waits for them.
        let key = table.partition_by.is_some() && context.parts.is_split(&id())
            || definition.parent.is_some()
                && context.parts.is_implied(&id())
                && context
                    .parent_of_part(&id())
                    .is_some_and(|parent| !context.parts.is_split(&parent))
            || table.partition_of.as_ref().is_some_and(|of| !of.attached)
                && context
                    .parent_of_part(&id())
                    .is_some_and(|parent| context.base.contains(&parent));
        // Foreign keys need the other table. CREATE TABLE would take NOT VALID for valid, as the
        // table is empty.
        let later = matches!(definition.kind, ConstraintKind::ForeignKey(_))
            || (!definition.validated && definition.enforced);
        // Said with the table, a primary key would make NOT NULL constraints of the table's own where
        // it has its parent's.
        let given = table.partition_of.as_ref().is_some_and(|of| !of.attached)
            || !table.inherits.is_empty() && !context.full.inherits_later(table);
        let primary = given && matches!(definition.kind, ConstraintKind::PrimaryKey(_));
        // CREATE TABLE makes one of two unique constraints that are alike.
        let twin = table
            .constraints
            .iter()
            .take_while(|(other, _)| *other != constraint)
            .any(|(_, other)| are_one(other, definition))
            || matches!(definition.kind, ConstraintKind::Unique(_))
                && table.constraints.values().any(|other| {
                    matches!(other.kind, ConstraintKind::PrimaryKey(_))
                        && are_one(other, definition)
                });
        if later || key || primary || twin {
            apart.constraints.insert(constraint.clone());
        }
    }
    apart
}

/// Checks that are left apart, but have to be there before the table joins a parent that has them too.
pub(super) fn before_parent(context: &Context<'_>, table: &Table, apart: &Apart) -> BTreeSet<Name> {
    let joins = table.partition_of.as_ref().is_some_and(|of| of.attached)
        || context.full.inherits_later(table);
    if !joins {
        return BTreeSet::new();
    }
    let inherited = context.full.inherited_checks(table);
    let checks = apart.constraints.iter().filter(|name| {
        let check = table.constraints.get(*name);
        let is_check = check.is_some_and(|c| matches!(c.kind, ConstraintKind::Check(_)));
        is_check && inherited.contains_key(name)
    });
    checks.cloned().collect()
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

            let writer = &context.writer;
            let named = context.with_names(name, table);
            let create = writer.create_table(context.full, name, &named, &apart)?;
            change.up.push(create.into());
            let settings = writer.table_settings(context.full, name, table, &apart);
            change.up.extend(settings.into_iter().map(Into::into));
            for constraint in before_parent(context, table, &apart) {
                let check = &table.constraints[&constraint];
                let add = writer.add_constraint(name, &constraint, check, true)?;
                change.up.push(add.into());
            }
            if let Some(of) = table.partition_of.as_ref().filter(|of| of.attached) {
                let attach = writer.attach_partition(&of.parent, name, &of.bound);
                change.up.push(attach.into());
            }
            if context.full.inherits_later(table) {
                let inherit = writer.inherit(name, &table.inherits);
                change.up.extend(inherit.into_iter().map(Into::into));
            }
            context.comment(&mut change, &object, table.comment.as_ref());
            for column in &table.columns {
                let id = ObjectId::Column(name.clone(), column.name.clone());
                context.comment(&mut change, &id, column.comment.as_ref());
                comment_parts_of_column(context, &mut change, name, column);
                change.provides.push(id);
            }
            for (constraint, definition) in &table.constraints {
                let id = ObjectId::Constraint(name.clone(), constraint.clone());
                let early = before_parent(context, table, &apart).contains(constraint);
                if early || !apart.constraints.contains(constraint) {
                    comment_constraint(context, &mut change, name, constraint, definition);
                    change.provides.push(id);
                } else if context.parts.is_implied(&id) {
                    // It comes with the partition, as the key of the parent is there before it.
                    change.provides.push(id);
                }
            }
            if let Some(of) = &table.partition_of
                && is_referenced(context, name)
            {
                // A foreign key to the parent holds a partition until it is one no longer.
                let detach = writer.detach_partition(&of.parent, name, false);
                change.down.push(
                    Statement::from(detach)
                        .lock(name, LockLevel::AccessExclusive)
                        .lock(&of.parent, LockLevel::AccessExclusive)
                        .hazard(Hazard::DependsOnRows),
                );
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
        for (name, from, to) in context.altered_tables().iter().copied() {
            let object = || ObjectId::Table(name.clone());
            // A table of another make is a new table, into which the rows are copied.
            if from.partition_by != to.partition_by
                || from.of_type != to.of_type
                || from.foreign.is_some() != to.foreign.is_some()
                || from.foreign.as_ref().map(|f| &f.server)
                    != to.foreign.as_ref().map(|f| &f.server)
                || retypes_partition_key(context, from, to)
            {
                context.replace(object());
                continue;
            }
            alter(context, name, from, to, out);
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), FileGroup::Tables, a, b, out);
        }
        Ok(())
    }
}

/// True for a partition of a table that foreign keys reference which stay.
fn is_referenced(context: &Context<'_>, partition: &QualifiedName) -> bool {
    let Some(table) = context.full.tables.get(partition) else {
        return false;
    };
    let ancestors = context.ancestors(table);
    let tables = context.base.tables.values();
    tables
        .flat_map(|t| t.foreign_keys())
        .any(|(_, key)| ancestors.contains(&&key.references))
}

/// True when a column of the partition key takes another type, which no server allows.
fn retypes_partition_key(context: &Context<'_>, from: &Table, to: &Table) -> bool {
    let key = from.partition_by.iter().flat_map(|key| &key.elements);
    let words: Vec<_> = key
        .flat_map(|element| scan(element))
        .filter_map(|t| t.name())
        .collect();
    to.columns
        .iter()
        .filter(|c| words.contains(&c.name.to_string()))
        .any(|c| {
            let before = from.column(c.name.as_str());
            before.is_some_and(|b| {
                is_retyped(b, c) || context.replaced.names_type(&b.data_type).is_some()
            })
        })
}

/// Persistence, storage parameters, tablespace and access method.
fn alter(
    context: &Context<'_>,
    name: &QualifiedName,
    from: &Table,
    to: &Table,
    out: &mut Vec<Change>,
) {
    let object = ObjectId::Table(name.clone());
    let writer = &context.writer;
    let address = writer.address(context.full, &object);
    let mut change = Change::alter(object, FileGroup::Tables, Rank::Table);
    let locked = |sql: String, level| Statement::from(sql).lock(name, level);
    let exclusive = LockLevel::AccessExclusive;
    if from.persistence != to.persistence {
        let set = writer.set_persistence(&address, to.persistence);
        change.up.push(locked(set, exclusive).rewrite(name));
    }
    for set in writer.options_change(&address, &from.options, &to.options) {
        let level = LockLevel::ShareUpdateExclusive;
        change.up.push(locked(set, level));
    }
    if from.tablespace != to.tablespace {
        let set = writer.set_tablespace(&address, to.tablespace.as_ref());
        change.up.push(locked(set, exclusive).rewrite(name));
    }
    if from.access_method != to.access_method {
        let set = writer.set_access_method(&address, to.access_method.as_ref());
        change.must_have(to.access_method.iter().cloned().map(ObjectId::AccessMethod));
        change.up.push(locked(set, exclusive).rewrite(name));
    }
    if let (Some(a), Some(b)) = (&from.foreign, &to.foreign) {
        let set = writer.foreign_options_change(&address, &a.options, &b.options);
        change.up.extend(set.map(|s| locked(s, exclusive)));
    }
    if !change.up.is_empty() {
        out.push(change);
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
    let types = table.of_type.iter().cloned().map(ObjectId::Type);
    change.must_have(types);
    let method = table.access_method.iter().cloned();
    change.must_have(method.map(ObjectId::AccessMethod));
    if let Some(foreign) = &table.foreign {
        change.need(
            ObjectId::ForeignServer(foreign.server.clone()),
            Strength::Must,
        );
    }
    if table.partition_of.as_ref().is_some_and(|of| of.attached) {
        for (constraint, (holder, check)) in context.full.inherited_checks(table) {
            need_constraint(context, change, &check.kind);
            // It is made with the table, and would stay its own if the parent got its own afterwards.
            if !table.constraints.contains_key(constraint) {
                let id = ObjectId::Constraint(holder.clone(), constraint.clone());
                change.need(id, Strength::Guess);
            }
        }
    }
    for element in table.partition_by.iter().flat_map(|key| &key.elements) {
        context.need_text(change, element);
    }
    for column in &table.columns {
        context.need_text(change, &column.data_type);
        let collation = column.collation.iter().cloned();
        change.must_have(collation.map(ObjectId::Collation));
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

/// `COMMENT ON` a constraint, and on the index behind it.
pub(super) fn comment_constraint(
    context: &Context<'_>,
    change: &mut Change,
    table: &QualifiedName,
    name: &Name,
    constraint: &Constraint,
) {
    let id = ObjectId::Constraint(table.clone(), name.clone());
    context.comment(change, &id, constraint.comment.as_ref());
    let id = ObjectId::Index(table.clone(), name.clone());
    context.comment(change, &id, constraint.index_comment.as_ref());
}

/// `COMMENT ON` what a column brings along: a NOT NULL constraint, the sequence of an identity.
pub(super) fn comment_parts_of_column(
    context: &Context<'_>,
    change: &mut Change,
    table: &QualifiedName,
    column: &Column,
) {
    let not_null = &column.not_null_constraint;
    if not_null.comment.is_some() && context.options.target >= 18 {
        let id = ObjectId::Constraint(table.clone(), not_null_name(table, column));
        context.comment(change, &id, not_null.comment.as_ref());
    }
    if let Some(identity) = &column.identity {
        let name = identity.name.clone();
        let name = name.unwrap_or_else(|| identity_sequence_name(table, &column.name));
        let id = ObjectId::Sequence(name);
        context.comment(change, &id, identity.comment.as_ref());
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
