//! Parts that partitions have of the indexes and keys of their partitioned table.

use pgwright_catalog::{Name, ObjectId, QualifiedName};

use crate::change::{Change, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

/// How a part comes to be.
pub(super) enum Made {
    /// With the index or key of the partitioned table, or with the partition.
    ByParent,
    /// By a statement of its own, and is attached afterwards.
    Alone,
    /// With the partition, under a name that it does not keep; nothing where that is not known.
    Named(Option<Name>),
}

/// How a new part comes to be; nothing for what is no part.
pub(super) fn of_parent(context: &Context<'_>, id: &ObjectId) -> Result<Option<Made>, PlanError> {
    let Some(parent) = context.parent_of_part(id) else {
        return Ok(None);
    };
    let (Some((partition, _)), Some((_, _))) = (names(id), names(&parent)) else {
        return Ok(None);
    };
    if comes_with_partition(context, &parent) {
        if context.base.tables.contains_key(partition) || context.parts.is_implied(id) {
            // Both are there already, and a design need not list parts.
            return Ok(Some(Made::ByParent));
        }
        // A partition that is attached has its keys already.
        let attached = context.full.tables.get(partition);
        let attached = attached.and_then(|t| t.partition_of.as_ref());
        if matches!(id, ObjectId::Constraint(..)) && attached.is_some_and(|of| of.attached) {
            return Ok(Some(Made::ByParent));
        }
        // The new partition gets it by itself, under an automatic name.
        let automatic = context.parts.automatic_name(id).cloned();
        return Ok(Some(Made::Named(automatic)));
    }
    // Where some part needs a statement, all of them do.
    let made = if context.parts.is_implied(id) && !context.parts.is_split(&parent) {
        Made::ByParent
    } else {
        Made::Alone
    };
    Ok(Some(made))
}

/// True for what is there already, or is made with a new partition as a part of what is.
fn comes_with_partition(context: &Context<'_>, id: &ObjectId) -> bool {
    let mut at = id.clone();
    // Where both tables are there, the part is one that is not made by itself.
    while !context.base.contains(&at) {
        let there = names(&at).is_some_and(|(table, _)| context.base.tables.contains_key(table));
        match context.parent_of_part(&at).filter(|_| !there) {
            Some(parent) => at = parent,
            None => return false,
        }
    }
    true
}

/// `ALTER INDEX … ATTACH PARTITION`: the part becomes one.
pub(super) fn attach(context: &Context<'_>, id: &ObjectId, out: &mut Vec<Change>) {
    let Some(parent) = context.parent_of_part(id) else {
        return;
    };
    let (Some(part), Some(whole)) = (names(id), names(&parent)) else {
        return;
    };
    let group = match id {
        ObjectId::Index(..) => FileGroup::Indexes,
        _ => FileGroup::Partitions,
    };
    let mut change = Change::alter(id.clone(), group, Rank::IndexPart);
    change.need(id.clone(), Strength::Must);
    change.need(parent.clone(), Strength::Must);
    // The index of the table is valid when its last part is attached.
    change.completes = Some(parent.clone());
    let sql = context.writer.attach_index(whole, part);
    change.up.push(sql.into());
    out.push(change);
}

/// `ALTER INDEX … RENAME TO`: the part gets its own name; a constraint goes by that of its index.
pub(super) fn rename(
    context: &Context<'_>,
    id: &ObjectId,
    automatic: Option<&Name>,
) -> Option<Change> {
    let (table, name) = names(id)?;
    let mut change = Change::alter(id.clone(), FileGroup::Indexes, Rank::IndexPart);
    change.need(ObjectId::Table(table.clone()), Strength::Must);
    change.provides.push(id.clone());
    let writer = &context.writer;
    match automatic {
        Some(automatic) if automatic == name => {}
        Some(automatic) => change
            .up
            .push(writer.rename_index(table, automatic, name).into()),
        None => {
            let parent = context.parent_of_part(id)?;
            let (on, of) = names(&parent)?;
            change.need(parent.clone(), Strength::Must);
            change
                .up
                .push(writer.rename_part_of_index((on, of), table, name).into());
        }
    }
    Some(change)
}

/// The table and the name of an index or constraint.
fn names(id: &ObjectId) -> Option<(&QualifiedName, &Name)> {
    match id {
        ObjectId::Index(table, name) | ObjectId::Constraint(table, name) => Some((table, name)),
        _ => None,
    }
}
