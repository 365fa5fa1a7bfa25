//! The way from one catalog to another: what goes, what changes in place, what comes.

use std::collections::BTreeSet;

use pgwright_catalog::{Catalog, Column, ConstraintKind, ObjectId, QualifiedName};

use crate::aside::{self, Kept};
use crate::beside::{self, Adopted};
use crate::change::{Change, Rank, Statement};
use crate::context::{Context, Opened};
use crate::conversion::{Conversion, conversion};
use crate::kinds;
use crate::plan::{PlanError, PlanOptions, additions};
use crate::question::Question;
use crate::rebuild;
use crate::replace::{Dependents, Replaced};
use crate::serial::{Conversions, conversions};
use crate::step::{Action, FileGroup, Transaction};

/// The changes of a way, in order.
#[derive(Debug, Default)]
pub(crate) struct Way {
    /// What goes.
    pub drops: Vec<Change>,
    /// What changes and what comes.
    pub changes: Vec<Change>,
    /// What comes before them, each in a transaction of its own or in none.
    pub early: Vec<Change>,
    /// What is kept aside.
    pub kept: Kept,
    pub questions: BTreeSet<Question>,
    pub notes: BTreeSet<String>,
    /// Some body names what comes later.
    pub unchecked: bool,
}

/// What a context needs to know of the change it stands in.
#[derive(Clone, Copy)]
pub(crate) struct Amid<'a> {
    pub before: &'a Catalog,
    pub replaced: &'a Replaced,
    pub conversions: &'a Conversions,
    pub adopted: &'a Adopted,
}

/// Plans the way. With `keep`, what would lose data is kept aside.
pub(crate) fn way(
    from: &Catalog,
    to: &Catalog,
    options: &PlanOptions,
    keep: bool,
) -> Result<Way, PlanError> {
    let conversions = conversions(from, to);
    let mut from = from.clone();
    for handover in conversions.values().filter(|h| h.makes_room.is_none()) {
        // It changes its kind with the column.
        from.sequences.remove(&handover.sequence);
    }
    let adopted = beside::adopt(&mut from, to);
    let mut attributes = Vec::new();
    if keep {
        attributes = aside::keep_attributes(&mut from, to, options)?;
    }
    let from = &from;
    let replaced = find_replaced(from, to, options, &conversions)?;
    for object in &replaced.objects {
        if let ObjectId::Type(name) = object
            && matches!(
                from.types.get(name).map(|t| &t.kind),
                Some(pgwright_catalog::TypeKind::Base(_))
            )
            && from
                .tables
                .values()
                .flat_map(|t| &t.columns)
                .any(|c| crate::replace::names_type(&c.data_type, name))
        {
            return Err(PlanError::Impossible {
                object: Box::new(object.clone()),
                problem: "a base type that columns have cannot be defined anew\nhint: make a type \
                          of another name, and give the columns that"
                    .to_owned(),
            });
        }
    }
    let mut way = Way::default();

    let (rest, to_be_added) = (replaced.taken_from(from), replaced.taken_from(to));
    let amid = Amid {
        before: from,
        replaced: &replaced,
        conversions: &conversions,
        adopted: &adopted,
    };
    let opened = Opened::default();
    let context = Context::new(&rest, to, options, &opened).amid(from, &replaced, &conversions);
    // Privileges go first: a role that still has some cannot be dropped.
    let revoked = kinds::revocations(&context)?;
    // A table whose rows are copied moves too.
    let copied = |object: &ObjectId| matches!(object, ObjectId::Table(_));
    let moving = keep || replaced.objects.iter().any(copied);
    // Neither needs the other, and each takes its time for a large schema.
    let (drops, adds) = std::thread::scope(|scope| {
        let drops = scope.spawn(|| additions(&to_be_added, from, options, None, moving));
        let adds = additions(&rest, to, options, Some(amid), keep);
        (drops.join(), adds)
    });
    let (drops, unchecked_before, _) =
        drops.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let drops: Vec<_> = drops.into_iter().rev().map(Change::inverted).collect();
    let mut drops = aside::transform(drops, from, to, &replaced, options, keep)?;
    let after = replaced_beside(&mut drops, from);
    let (adds, unchecked, remarks) = adds?;
    (way.questions, way.notes) = remarks;
    way.unchecked = unchecked || unchecked_before;
    let (first, adds): (Vec<_>, Vec<_>) = adds.into_iter().partition(|c| c.first);
    // What types no column has any more goes as soon as the shared part is over.
    let until = adds.iter().position(Change::alone_upward);
    let mut shared = adds;
    let late = shared.split_off(until.unwrap_or(shared.len()));
    shared.extend(aside_of_new_types(&context, from, &drops.kept));
    shared.extend(drops.last);
    let (early, drops_shared) = concurrent_drops(drops.changes, from);
    way.early.extend(first);
    way.early.extend(early);
    way.drops.extend(revoked);
    way.drops.extend(makes_room(&context, &conversions));
    way.drops.extend(unsaid(&context, from, &replaced));
    way.drops.extend(drops_shared);
    way.changes.extend(shared);
    way.changes.extend(late);
    way.changes.extend(after);
    way.kept = drops.kept;
    for kept in attributes {
        way.drops.push(kept.forward);
        way.kept.contract.push(kept.contract);
        way.kept.restore.push(kept.restore);
        way.kept
            .restored_attribute(kept.name, kept.attribute, kept.place);
    }
    rebuild::remark(from, &replaced, &mut way.notes);
    Ok(way)
}

/// Columns of tables that are kept take a type that is made anew too, so that the old can go.
fn aside_of_new_types(context: &Context<'_>, from: &Catalog, kept: &Kept) -> Vec<Change> {
    let mut changes = Vec::new();
    for name in kept.tables() {
        // What a parent that is kept too gives, it changes with its own.
        let Some(table) = from.tables.get(name) else {
            continue;
        };
        let parents = table.parents().filter(|p| kept.tables().any(|k| k == *p));
        let given: BTreeSet<_> = parents
            .flat_map(|p| from.columns_of(p))
            .map(|c| &c.name)
            .collect();
        let columns = from.columns_of(name).into_iter();
        for column in columns.filter(|c| !given.contains(&c.name)) {
            changes.extend(take_new_type(context, &aside::aside_name(name), column));
        }
    }
    changes
}

/// The change of a column that is kept to a type that is made anew; nothing where its type stays.
fn take_new_type(context: &Context<'_>, table: &QualifiedName, column: &Column) -> Option<Change> {
    context.replaced.names_type(&column.data_type)?;
    let kind = conversion(context, &column.data_type, &column.data_type, true);
    let using = match kind {
        Conversion::Expression(e) | Conversion::Unsure(e) => {
            Some(e.replace('$', &column.name.quoted()))
        }
        Conversion::Assignment { .. } => None,
    };
    let object = ObjectId::Column(table.clone(), column.name.clone());
    let mut change = Change::alter(object, FileGroup::Tables, Rank::Column);
    let mut say = |sql: String| {
        let level = crate::step::LockLevel::AccessExclusive;
        change
            .up
            .push(Statement::from(sql).lock(table, level).rewrite(table));
    };
    if column.default.is_some() {
        say(context.writer.column_default(table, &column.name, None));
    }
    say((context.writer).column_type_change(table, column, using.as_deref(), false));
    Some(change)
}

/// What cannot become what it shall be in place, with all that stands on it.
fn find_replaced(
    from: &Catalog,
    to: &Catalog,
    options: &PlanOptions,
    conversions: &Conversions,
) -> Result<Replaced, PlanError> {
    let dependents = Dependents::new(from, to);
    let mut seeds = BTreeSet::new();
    loop {
        let replaced = dependents.closure(&seeds);
        let rest = replaced.taken_from(from);
        let opened = Opened::default();
        let context = Context::new(&rest, to, options, &opened).amid(from, &replaced, conversions);
        kinds::alterations(&context)?;
        let more = context.take_replaced();
        let before = seeds.len();
        seeds.extend(more);
        if seeds.len() == before {
            return Ok(replaced);
        }
    }
}

/// Of what gave its name away to something that was built beside it, tables and columns go at the end of the shared
/// transaction, so that what they own can go over first, and take their indexes along; other indexes are
/// given back, to be dropped when all is done.
fn replaced_beside(drops: &mut aside::Transformed, from: &Catalog) -> Vec<Change> {
    let mut after = Vec::new();
    let changes = std::mem::take(&mut drops.changes);
    for mut change in changes {
        match &change.object {
            ObjectId::Index(table, name) if beside::is_old(name) => {
                let index = from.tables.get(table).and_then(|t| t.indexes.get(name));
                if !index.is_some_and(beside::goes_with_column) {
                    after.push(change);
                }
            }
            ObjectId::Column(_, name) if beside::is_old(name) => {
                for statement in &mut change.up {
                    statement.hazards.clear();
                }
                drops.last.push(change);
            }
            // The sequences that it owns may go over.
            ObjectId::Table(name) if beside::is_old(&name.name) => {
                for statement in &mut change.up {
                    statement.hazards.clear();
                }
                drops.last.push(change);
            }
            _ => drops.changes.push(change),
        }
    }
    after
}

/// Sequences of identity columns whose name is wanted for one that stands alone.
fn makes_room(context: &Context<'_>, conversions: &Conversions) -> Vec<Change> {
    let mut changes = Vec::new();
    for handover in conversions.values() {
        if let Some(name) = &handover.makes_room {
            let object = ObjectId::Sequence(name.clone());
            let mut change = Change::alter(object, FileGroup::Types, Rank::Sequence);
            let address = format!("SEQUENCE {}", name.quoted());
            let rename = context.writer.rename(&address, &handover.aside.name);
            change.up.push(rename.into());
            changes.push(change);
        }
    }
    changes
}

/// Defaults and checks that name what is made anew.
fn unsaid(context: &Context<'_>, from: &Catalog, replaced: &Replaced) -> Vec<Change> {
    let mut changes = Vec::new();
    let writer = &context.writer;
    for (table, column) in &replaced.defaults {
        let object = ObjectId::Column(table.clone(), column.clone());
        let mut change = Change::alter(object, FileGroup::Tables, Rank::Column);
        let drop = writer.column_default(table, column, None);
        let level = crate::step::LockLevel::AccessExclusive;
        change.up.push(Statement::from(drop).lock(table, level));
        changes.push(change);
    }
    for name in &replaced.domains {
        let object = ObjectId::Type(name.clone());
        let mut change = Change::alter(object, FileGroup::Types, Rank::Type);
        let Some(pgwright_catalog::TypeKind::Domain {
            default, checks, ..
        }) = from.types.get(name).map(|t| &t.kind)
        else {
            continue;
        };
        if default.is_some() {
            change.up.push(writer.domain_default(name, None).into());
        }
        for check in checks.keys() {
            change
                .up
                .push(writer.drop_domain_constraint(name, check).into());
        }
        changes.push(change);
    }
    changes
}

/// Indexes that are dropped while their tables are in use go first, so that everything else shares a
/// transaction; but not before the foreign keys that stand on them.
fn concurrent_drops(drops: Vec<Change>, from: &Catalog) -> (Vec<Change>, Vec<Change>) {
    let referenced: BTreeSet<_> = from
        .tables
        .values()
        .flat_map(|t| t.constraints.values())
        .filter_map(|c| match &c.kind {
            ConstraintKind::ForeignKey(key) => Some(&key.references),
            _ => None,
        })
        .collect();
    drops.into_iter().partition(|change| {
        let ObjectId::Index(table, name) = &change.object else {
            return false;
        };
        let index = from.tables.get(table).and_then(|t| t.indexes.get(name));
        let unique = index.is_some_and(|i| i.unique);
        change.action == Action::Drop
            && !(unique && referenced.contains(table))
            && change
                .up
                .iter()
                .any(|s| s.transaction == Transaction::Outside)
    })
}

impl Change {
    /// True when some statement of the way up cannot share a transaction with other changes.
    pub(crate) fn alone_upward(&self) -> bool {
        self.up.iter().any(|s| s.transaction != Transaction::Shared)
    }
}
