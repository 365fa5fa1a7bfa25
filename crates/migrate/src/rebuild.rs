//! Tables that are made anew with their rows: a table that becomes partitioned, one of another
//! partition key, one that takes the columns of a type.

use std::collections::BTreeSet;

use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName, Table};

use crate::aside::aside_name;
use crate::change::{Change, Rank, Statement, Strength};
use crate::context::Context;
use crate::conversion::{Conversion, conversion};
use crate::kinds::identity_name;
use crate::replace::{Replaced, is_retyped};
use crate::step::{FileGroup, Hazard, LockLevel};

/// The change that copies the rows of each table that is made anew.
pub(crate) fn copies(context: &Context<'_>, out: &mut Vec<Change>) {
    for object in &context.replaced.objects {
        let ObjectId::Table(name) = object else {
            continue;
        };
        let (Some(from), Some(to)) = (
            context.before.tables.get(name),
            context.full.tables.get(name),
        ) else {
            continue;
        };
        // The rows of a partition come with those of its parent.
        let with_parent = from.parents().any(|p| {
            let anew = &context.replaced.objects;
            anew.contains(&ObjectId::Table(p.clone())) && gives_rows(p, from, to)
        });
        if with_parent || from.foreign.is_some() || to.foreign.is_some() {
            continue;
        }
        out.push(copy(context, name, from, to));
    }
}

/// True for a table whose rows go where those of the parent go.
fn gives_rows(parent: &QualifiedName, from: &Table, to: &Table) -> bool {
    let partition = |t: &Table| {
        t.partition_of
            .as_ref()
            .is_some_and(|of| of.parent == *parent)
    };
    partition(from) || partition(to)
}

fn copy(context: &Context<'_>, name: &QualifiedName, from: &Table, to: &Table) -> Change {
    let object = ObjectId::Table(name.clone());
    let mut change = Change::alter(object.clone(), FileGroup::Tables, Rank::Rows);
    change.need(object.clone(), Strength::Must);
    let mut open = vec![name.clone()];
    while let Some(parent) = open.pop() {
        for (partition, _) in context.full.partitions_of(&parent) {
            change.need(ObjectId::Table(partition.clone()), Strength::Must);
            open.push(partition.clone());
        }
    }
    // Partitions are of a later group of files.
    change.group = FileGroup::Partitions;
    change.completes = Some(object);
    let source = aside_name(name);
    // Children keep their rows, unless they become partitions.
    let with_children = from.partition_by.is_some()
        || context.before.tables.iter().any(|(child, before)| {
            let after = context.full.tables.get(child);
            before.inherits.contains(name) && after.is_some_and(|t| gives_rows(name, before, t))
        });
    let columns_before = context.before.columns_of(name);
    let columns: Vec<(Name, String)> = context
        .full
        .columns_of(name)
        .into_iter()
        .filter(|c| c.generated.is_none())
        .filter_map(|column| {
            let before = columns_before.iter().find(|c| c.name == column.name)?;
            let quoted = column.name.quoted();
            let value = if is_retyped(before, column) {
                match conversion(context, &before.data_type, &column.data_type, false) {
                    Conversion::Assignment { .. } => quoted,
                    Conversion::Expression(e) | Conversion::Unsure(e) => e.replace('$', &quoted),
                }
            } else {
                quoted
            };
            Some((column.name.clone(), value))
        })
        .collect();
    let writer = &context.writer;
    // Without a partition there is no place for the rows: they stay aside.
    let placeless = to.partition_by.is_some() && context.full.partitions_of(name).next().is_none();
    if placeless {
        context.ask(crate::question::Question {
            subject: change.object.clone(),
            question: format!("Where do the rows of {name} go, which gets no partition?"),
            default: "they stay aside until the contract".to_owned(),
            why: "A partitioned table holds rows only in its partitions.".to_owned(),
            answer: "partitions in the new schema".to_owned(),
        });
    }
    if !columns.is_empty() && !placeless {
        if from.force_row_security {
            change.up.push(writer.row_security_off().into());
        }
        let insert = writer.copy_rows(&source, name, &columns, !with_children);
        change.up.push(
            Statement::from(insert)
                .lock(name, LockLevel::AccessExclusive)
                .scan(name)
                .hazard(Hazard::CopiesTable)
                .hazard(Hazard::DependsOnRows),
        );
    }
    for column in &to.columns {
        let Some(identity) = &column.identity else {
            continue;
        };
        let sequence = identity_name(name, &column.name, identity);
        let before = from.column(column.name.as_str());
        let set = match before.and_then(|c| c.identity.as_ref()) {
            Some(old) => {
                let old = identity_name(name, &column.name, old);
                let old = QualifiedName::new(source.schema.clone(), old.name);
                writer.copy_position(&old, &sequence)
            }
            None => writer.position_after(&sequence, name, &column.name),
        };
        change.up.push(set.into());
    }
    change
}

/// Says of each table that is made anew what that means.
pub(crate) fn remark(from: &Catalog, replaced: &Replaced, notes: &mut BTreeSet<String>) {
    for object in &replaced.objects {
        if let ObjectId::Table(name) = object
            && let Some(table) = from.tables.get(name)
            && table.parents().next().is_none()
            && table.foreign.is_none()
        {
            notes.insert(format!(
                "{name}: made anew, and its rows are copied in one transaction, while nobody else can use it"
            ));
        }
    }
}
