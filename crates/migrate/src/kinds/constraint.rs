//! Constraints that CREATE TABLE does not bring: foreign keys, and all of tables that are there.

use std::collections::BTreeSet;

use pgwright_catalog::{
    Catalog, Constraint, ConstraintKind, Deferrability, ForeignKey, IndexKey, Name, ObjectId,
    QualifiedName,
};

use super::table::{apart, before_parent, comment_constraint, need_constraint};
use super::{Kind, altered, fill, part};
use crate::beside::key_index;
use crate::change::{Change, Cover, Rank, Statement, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::references::names_in;
use crate::step::{FileGroup, Hazard, LockLevel, Resume, Transaction};

pub(super) struct Constraints;

impl Kind for Constraints {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (table, definition) in &context.full.tables {
            let base = context.base.tables.get(table);
            let apart = apart(context, table, definition);
            let early = before_parent(context, definition, &apart);
            for (name, constraint) in &definition.constraints {
                let new = match base {
                    Some(base) => !base.constraints.contains_key(name),
                    None => apart.constraints.contains(name) && !early.contains(name),
                };
                let id = ObjectId::Constraint(table.clone(), name.clone());
                if constraint.parent.is_some() {
                    let listed = base.is_some_and(|b| b.constraints.contains_key(name));
                    let as_part = if listed {
                        None
                    } else {
                        part::of_parent(context, &id)?
                    };
                    match as_part {
                        Some(part::Made::ByParent) => continue,
                        Some(part::Made::Alone) => part::attach(context, &id, out),
                        Some(part::Made::Named(automatic)) => {
                            if let Some(mut change) = part::rename(context, &id, automatic.as_ref())
                            {
                                comment_constraint(context, &mut change, table, name, constraint);
                                out.push(change);
                            }
                            continue;
                        }
                        None => {}
                    }
                }
                if new {
                    add(context, table, name, constraint, out)?;
                }
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (table, from, to) in context.altered_tables().iter().copied() {
            for (name, from, to) in altered(&from.constraints, &to.constraints) {
                let object = || ObjectId::Constraint(table.clone(), name.clone());
                if !alter(context, table, name, from, to, out) {
                    context.replace(object());
                    continue;
                }
                let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
                context.comment_change(object(), FileGroup::Tables, a, b, out);
                let (a, b) = (from.index_comment.as_ref(), to.index_comment.as_ref());
                let index = ObjectId::Index(table.clone(), name.clone());
                context.comment_change(index, FileGroup::Tables, a, b, out);
            }
        }
        Ok(())
    }
}

/// What can be changed in place: when a foreign key is checked and whether it is, and the look at the
/// rows that were there before. False for any other difference.
fn alter(
    context: &Context<'_>,
    table: &QualifiedName,
    name: &Name,
    from: &Constraint,
    to: &Constraint,
    out: &mut Vec<Change>,
) -> bool {
    let alike = |c: &Constraint| Constraint {
        deferrability: Deferrability::NotDeferrable,
        validated: true,
        comment: None,
        index_comment: None,
        ..c.clone()
    };
    if alike(from) != alike(to) {
        // A part follows that of its parent.
        return from.parent.is_some() && to.parent.is_some();
    }
    if to.parent.is_some() {
        return true;
    }
    let object = ObjectId::Constraint(table.clone(), name.clone());
    let foreign = matches!(to.kind, ConstraintKind::ForeignKey(_));
    let group = match foreign {
        true => FileGroup::ForeignKeys,
        false => FileGroup::Tables,
    };
    if from.deferrability != to.deferrability {
        if !foreign || from.validated != to.validated {
            return false;
        }
        let writer = &context.writer;
        let sql = writer.alter_constraint_deferrability(table, name, to.deferrability);
        let mut change = Change::alter(object, group, Rank::Constraint);
        let statement = Statement::from(sql).lock(table, LockLevel::AccessExclusive);
        change.up.push(statement);
        out.push(change);
    } else if from.validated != to.validated {
        if !to.validated {
            return false;
        }
        let mut change = Change::alter(object, group, Rank::Validation);
        let sql = context.writer.validate_constraint(table, name);
        change.up.push(
            Statement::from(sql)
                .transaction(Transaction::Own)
                .lock(table, LockLevel::ShareUpdateExclusive)
                .scan(table)
                .hazard(Hazard::DependsOnRows),
        );
        out.push(change);
    }
    true
}

fn add(
    context: &Context<'_>,
    table: &QualifiedName,
    name: &Name,
    constraint: &Constraint,
    out: &mut Vec<Change>,
) -> Result<(), PlanError> {
    let object = ObjectId::Constraint(table.clone(), name.clone());
    let group = match constraint.kind {
        ConstraintKind::ForeignKey(_) => FileGroup::ForeignKeys,
        _ => FileGroup::Tables,
    };
    let mut change = Change::create(object.clone(), group, Rank::Constraint);
    change.need(ObjectId::Table(table.clone()), Strength::Must);
    context.need_recorded(&mut change, &object);
    need_constraint(context, &mut change, &constraint.kind);
    if let ConstraintKind::ForeignKey(key) = &constraint.kind {
        need_referenced(context, &mut change, key);
        change.covered_by = Some(Cover::Before(table.clone(), key.references.clone()));
    }

    if let ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) = &constraint.kind {
        let columns = key.columns.iter().cloned();
        change.must_have(columns.map(|c| ObjectId::Column(table.clone(), c)));
    }
    for column in named_columns(&constraint.kind) {
        change.need(fill::done(table, &column), Strength::Must);
    }
    if let ConstraintKind::ForeignKey(key) = &constraint.kind {
        let columns = key.columns.iter().cloned();
        change.must_have(columns.map(|c| ObjectId::Column(table.clone(), c)));
        let columns = key.referenced_columns.iter().cloned();
        change.must_have(columns.map(|c| ObjectId::Column(key.references.clone(), c)));
    }

    let live = context.live(table);
    if let ConstraintKind::Check(_) = constraint.kind {
        let id = ObjectId::Table(table.clone());
        let too = inherits(context.full, table, name);
        // What a parent has too cannot be dropped by itself.
        change.covered_by = Some(if too { Cover::With(id) } else { Cover::On(id) });
        // Those of children stay theirs when that of the parent goes before them.
        let heirs = context.full.tables.iter();
        let with_own = heirs
            .filter(|(_, t)| t.parents().any(|p| p == table) && t.constraints.contains_key(name));
        for (heir, _) in with_own {
            let own = ObjectId::Constraint(heir.clone(), name.clone());
            change.need(own, Strength::Guess);
        }
    }
    let later = live && validates_later(context, table, constraint);
    let split = context.parts.is_split(&object);
    if split {
        need_partitions(context, &mut change, table);
    }
    let by_index = (live && !split)
        .then(|| key_index(constraint))
        .flatten()
        .filter(|_| !partitioned(context, table));
    let adopted = context.adopted.get(&(table.clone(), name.clone()));
    if let (Some(_), Some(built)) = (&by_index, adopted) {
        let writer = &context.writer;
        let take = writer.add_constraint_using_index(table, name, constraint, built);
        change
            .up
            .push(Statement::from(take).lock(table, LockLevel::AccessExclusive));
    } else if let Some(index) = by_index {
        // The index is built while the table is in use; the constraint then only takes it over.
        let create = context.writer.create_index(table, name, &index, true)?;
        change.up.push(
            Statement::from(create)
                .transaction(Transaction::Outside)
                .lock(table, LockLevel::ShareUpdateExclusive)
                .scan(table)
                .hazard(Hazard::DependsOnRows)
                .resume(Resume::CreateIndex {
                    schema: table.schema.clone(),
                    name: name.clone(),
                }),
        );
        let take = context
            .writer
            .add_constraint_using_index(table, name, constraint, name);
        change
            .up
            .push(Statement::from(take).lock(table, LockLevel::AccessExclusive));
    } else {
        let not_valid = later || !constraint.validated;
        let writer = &context.writer;
        let sql = if split {
            writer.add_constraint_only(table, name, constraint)?
        } else {
            writer.add_constraint(table, name, constraint, not_valid)?
        };
        change
            .up
            .push(with_locks(context, table, constraint, sql, not_valid));
    }
    comment_constraint(context, &mut change, table, name, constraint);
    if split || constraint.parent.is_some() {
        let mut covers = vec![ObjectId::Table(table.clone())];
        covers.extend(context.parent_of_part(&object));
        change.covered_by = Some(Cover::WithAny(covers));
    }
    let drop = Statement::from(context.writer.drop_constraint(table, name));
    let drop = match live {
        true => drop.lock(table, LockLevel::AccessExclusive),
        false => drop,
    };
    // No server drops a check of the table's own while a parent has it too.
    if !(inherits(context.base, table, name) && inherits(context.full, table, name)) {
        change.down.push(drop);
    }
    out.push(change);

    if later && constraint.validated {
        let mut change = Change::alter(object.clone(), group, Rank::Validation);
        change.need(object, Strength::Must);
        let sql = context.writer.validate_constraint(table, name);
        change.up.push(
            Statement::from(sql)
                // The lock of ADD CONSTRAINT must not be held while the rows are read.
                .transaction(Transaction::Own)
                .lock(table, LockLevel::ShareUpdateExclusive)
                .scan(table)
                .hazard(Hazard::DependsOnRows),
        );
        out.push(change);
    }
    Ok(())
}

/// True for a table of whose parents one has a check of the name.
fn inherits(catalog: &Catalog, table: &QualifiedName, check: &Name) -> bool {
    let table = catalog.tables.get(table);
    table.is_some_and(|t| catalog.inherited_checks(t).contains_key(check))
}

/// The key that a foreign key points at must be there: a constraint or a unique index.
fn need_referenced(context: &Context<'_>, change: &mut Change, key: &ForeignKey) {
    let catalog = context.full;
    change.need(ObjectId::Table(key.references.clone()), Strength::Must);
    let Some(table) = catalog.tables.get(&key.references) else {
        return;
    };
    let wanted: BTreeSet<_> = key.referenced_columns.iter().collect();
    for (name, unique) in table.keys() {
        if unique.columns.iter().collect::<BTreeSet<_>>() == wanted {
            let id = ObjectId::Constraint(key.references.clone(), name.clone());
            let id = context.made_by(id);
            change.need(id, Strength::Must);
        }
    }
    for (name, index) in table.indexes.iter().filter(|(_, index)| index.unique) {
        let columns: Option<BTreeSet<_>> = index
            .elements
            .iter()
            .map(|e| match &e.key {
                IndexKey::Column(column) => Some(column),
                IndexKey::Expression(_) => None,
            })
            .collect();
        if columns.is_some_and(|columns| columns == wanted) {
            let id = ObjectId::Index(key.references.clone(), name.clone());
            change.need(context.made_by(id), Strength::Must);
        }
    }
}

/// A key that is made without its parts comes after the partitions: one that is made later would get
/// a part by itself.
pub(super) fn need_partitions(context: &Context<'_>, change: &mut Change, table: &QualifiedName) {
    let partitions = context.full.partitions_of(table);
    change.must_have(partitions.map(|(name, _)| ObjectId::Table(name.clone())));
}

/// Columns that a constraint of a table holds or may name.
fn named_columns(kind: &ConstraintKind) -> Vec<Name> {
    match kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => key.columns.clone(),
        ConstraintKind::ForeignKey(key) => key.columns.clone(),
        ConstraintKind::Check(expression) => names_in(expression.sql()),
        ConstraintKind::Exclusion { .. } => Vec::new(),
    }
}

fn partitioned(context: &Context<'_>, table: &QualifiedName) -> bool {
    let table = context.full.tables.get(table);
    table.is_some_and(|t| t.partition_by.is_some())
}

/// True for constraints that can be added without looking at rows and be validated afterwards.
fn validates_later(context: &Context<'_>, table: &QualifiedName, constraint: &Constraint) -> bool {
    let partitioned = partitioned(context, table);
    constraint.enforced
        && match constraint.kind {
            // Foreign keys of partitioned tables learned NOT VALID in 18.
            ConstraintKind::ForeignKey(_) => !partitioned || context.options.target >= 18,
            ConstraintKind::Check(_) => true,
            _ => false,
        }
}

/// Locks of ADD CONSTRAINT on tables that are in use.
fn with_locks(
    context: &Context<'_>,
    table: &QualifiedName,
    constraint: &Constraint,
    sql: String,
    not_valid: bool,
) -> Statement {
    let mut statement = Statement::from(sql);
    let level = match constraint.kind {
        ConstraintKind::ForeignKey(_) => LockLevel::ShareRowExclusive,
        _ => LockLevel::AccessExclusive,
    };
    if context.live(table) {
        statement = statement.lock(table, level);
        if !not_valid {
            statement = statement
                .scan(table)
                .hazard(Hazard::ScansTable)
                .hazard(Hazard::DependsOnRows);
        }
    }
    if let ConstraintKind::ForeignKey(key) = &constraint.kind
        && key.references != *table
        && context.live(&key.references)
    {
        statement = statement.lock(&key.references, LockLevel::ShareRowExclusive);
    }
    statement
}
