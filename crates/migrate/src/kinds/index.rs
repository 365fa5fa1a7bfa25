//! Indexes of tables that back no constraint.

use pgwright_catalog::{Index, IndexKey, Name, ObjectId, QualifiedName};

use super::constraint::need_partitions;
use super::{Kind, altered, fill, part};
use crate::change::{Change, Cover, Rank, Statement, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::references::columns_of_index;
use crate::step::{FileGroup, Hazard, LockLevel, Resume, Transaction};

pub(super) struct Indexes;

impl Kind for Indexes {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (table, definition) in &context.full.tables {
            let base = context.base.tables.get(table);
            for (name, index) in &definition.indexes {
                if base.is_some_and(|b| b.indexes.contains_key(name)) {
                    continue;
                }
                let id = ObjectId::Index(table.clone(), name.clone());
                match part::of_parent(context, &id)? {
                    Some(part::Made::ByParent) => continue,
                    Some(part::Made::Alone) => part::attach(context, &id, out),
                    Some(part::Made::Named(automatic)) => {
                        if let Some(mut change) = part::rename(context, &id, automatic.as_ref()) {
                            let statistics =
                                (context.writer).index_statistics(table, name, &index.elements);
                            change.up.extend(statistics.into_iter().map(Into::into));
                            context.comment(&mut change, &id, index.comment.as_ref());
                            out.push(change);
                        }
                        continue;
                    }
                    None => {}
                }
                // An index of a partitioned table cannot be built concurrently.
                let build = match (base, &definition.partition_by) {
                    (None, _) => Build::New,
                    (Some(_), None) => Build::Concurrently,
                    (Some(_), Some(_)) => Build::Blocking,
                };
                out.push(add(
                    context,
                    &ObjectId::Table(table.clone()),
                    table,
                    name,
                    index,
                    build,
                )?);
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (table, from, to) in context.altered_tables().iter().copied() {
            for (name, from, to) in altered(&from.indexes, &to.indexes) {
                alter(context, table, name, from, to, out)?;
            }
        }
        Ok(())
    }
}

/// How an index is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    /// On a table that the plan creates.
    New,
    /// While the table is in use.
    Concurrently,
    /// While writes wait.
    Blocking,
}

pub(super) fn add(
    context: &Context<'_>,
    on: &ObjectId,
    table: &QualifiedName,
    name: &Name,
    index: &Index,
    build: Build,
) -> Result<Change, PlanError> {
    let object = ObjectId::Index(table.clone(), name.clone());
    let mut change = Change::create(object.clone(), FileGroup::Indexes, Rank::Index);
    change.need(on.clone(), Strength::Must);
    context.need_recorded(&mut change, &object);
    for element in &index.elements {
        if let IndexKey::Expression(expression) = &element.key {
            context.need_text(&mut change, expression.sql());
        }
        for text in [&element.operator_class, &element.collation] {
            context.need_text(&mut change, text.as_deref().unwrap_or_default());
        }
    }
    change.need(ObjectId::AccessMethod(index.method.clone()), Strength::Must);
    // Built before, it would only make filling a column slower.
    for column in columns_of_index(index) {
        change.need(fill::done(table, &column), Strength::Must);
    }
    if let Some(predicate) = &index.predicate {
        context.need_text(&mut change, predicate.sql());
    }
    let split = context.parts.is_split(&object);
    let build = if split { Build::New } else { build };
    let concurrently = build == Build::Concurrently;
    let writer = &context.writer;
    let create = if split {
        need_partitions(context, &mut change, table);
        writer.create_index_only(table, name, index)?
    } else {
        writer.create_index(table, name, index, concurrently)?
    };
    let drop = context.writer.drop_index(table, name, concurrently);
    let (create, drop) = (Statement::from(create), Statement::from(drop));
    let (mut create, drop) = match build {
        Build::New => (create, drop),
        Build::Concurrently => (
            create
                .transaction(Transaction::Outside)
                .lock(table, LockLevel::ShareUpdateExclusive)
                .scan(table)
                .resume(Resume::CreateIndex {
                    schema: table.schema.clone(),
                    name: name.clone(),
                }),
            drop.transaction(Transaction::Outside)
                .lock(table, LockLevel::ShareUpdateExclusive)
                .resume(Resume::DropIndex {
                    schema: table.schema.clone(),
                    name: name.clone(),
                }),
        ),
        Build::Blocking => (
            create
                .lock(table, LockLevel::Share)
                .hazard(Hazard::BlocksWrites),
            drop.lock(table, LockLevel::AccessExclusive),
        ),
    };
    if index.unique && build != Build::New {
        create = create.hazard(Hazard::DependsOnRows);
    }
    change.up.push(create);
    let table_definition = context.full.tables.get(table);
    let view_definition = context.full.materialized_views.get(table);
    let clustered_on = table_definition
        .map(|t| &t.clustered_on)
        .or(view_definition.map(|v| &v.clustered_on));
    if clustered_on.is_some_and(|on| on.as_ref() == Some(name)) {
        change
            .up
            .push(context.writer.cluster_on(table, name).into());
    }
    let statistics = context
        .writer
        .index_statistics(table, name, &index.elements);
    change.up.extend(statistics.into_iter().map(Into::into));
    context.comment(&mut change, &object, index.comment.as_ref());
    change.down.push(drop);
    let mut covers = vec![on.clone()];
    covers.extend(context.parent_of_part(&object));
    change.covered_by = Some(Cover::WithAny(covers));
    Ok(change)
}

pub(super) fn alter(
    context: &Context<'_>,
    table: &QualifiedName,
    name: &Name,
    from: &Index,
    to: &Index,
    out: &mut Vec<Change>,
) -> Result<(), PlanError> {
    let object = || ObjectId::Index(table.clone(), name.clone());
    let alike = |i: &Index| {
        let mut index = i.clone();
        index.comment = None;
        index.options.clear();
        index.tablespace = None;
        for element in &mut index.elements {
            element.statistics = None;
        }
        index
    };
    if alike(from) != alike(to) {
        // A part follows the index of its parent.
        if from.parent.is_none() || to.parent.is_none() || from.parent != to.parent {
            context.replace(object());
        }
        return Ok(());
    }
    let writer = &context.writer;
    let address = writer.address(context.full, &object());
    let mut change = Change::alter(object(), FileGroup::Indexes, Rank::Index);
    // Options and statistics lock the index only, and so that nobody notices who uses it.
    for set in writer.options_change(&address, &from.options, &to.options) {
        change.up.push(set.into());
    }
    if from.tablespace != to.tablespace {
        let set = writer.set_tablespace(&address, to.tablespace.as_ref());
        // Every plan for the table looks at the index.
        change
            .up
            .push(Statement::from(set).lock(table, LockLevel::AccessExclusive));
    }
    for (at, (a, b)) in from.elements.iter().zip(&to.elements).enumerate() {
        if a.statistics != b.statistics {
            let set = writer.index_element_statistics(table, name, at + 1, b.statistics);
            change.up.push(set.into());
        }
    }
    if !change.up.is_empty() {
        out.push(change);
    }
    let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
    context.comment_change(object(), FileGroup::Indexes, a, b, out);
    Ok(())
}
