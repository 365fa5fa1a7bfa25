//! Large tables that become partitioned: the partitioned table is filled beside the plain one.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::{Writer, not_null_name};
use pgwright_catalog::{
    Catalog, Column, Constraint, ConstraintKind, ForeignKey, Name, NotNull, ObjectId, PartitionOf,
    QualifiedName, ReplicaIdentity, Routine, RoutineSignature, Table, Trigger, TriggerEnabled,
    TriggerEvent, TriggerTiming,
};

use super::columns::SYNC;
use super::{Beside, Look, is_plain, key, new_name, old_name, renamed_part};
use crate::change::{Change, Rank, Statement};
use crate::rename::Rename;
use crate::replace::is_retyped;
use crate::step::{FileGroup, Hazard, LockLevel, Resume, Transaction};

/// The trigger that empties the new table when the old one is.
const SYNC_TRUNCATE: &str = "zzz_pgwright_sync_truncate";

/// A table whose rows are copied to another while it is in use.
pub(super) struct Copy {
    pub from: QualifiedName,
    pub to: QualifiedName,
    columns: Vec<Name>,
}

/// What a table is called that is filled beside one.
pub(super) fn new_table(name: &QualifiedName) -> QualifiedName {
    QualifiedName::new(name.schema.clone(), new_name(&name.name))
}

/// What a table is called that gave its name away.
pub(crate) fn old_table(name: &QualifiedName) -> QualifiedName {
    QualifiedName::new(name.schema.clone(), old_name(&name.name))
}

/// Adds the partitioned tables with their partitions.
pub(super) fn add(look: &Look<'_>, beside: &mut Beside) {
    for (name, after) in &look.to.tables {
        let Some(before) = look.from.tables.get(name) else {
            continue;
        };
        if !super::is_large(name, look.options)
            || !is_plain(before)
            || look
                .from
                .tables
                .values()
                .any(|t| t.parents().any(|p| p == name))
            || look.renamed.contains(name)
        {
            continue;
        }
        let family = family(look.to, name);
        if let Some(identity) = identity(look, before, after, &family) {
            add_table(look, name, &family, identity, beside);
        }
    }
}

/// A table with its partitions and theirs.
fn family<'a>(catalog: &'a Catalog, table: &'a QualifiedName) -> Vec<&'a QualifiedName> {
    let mut family = vec![table];
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        family.extend(catalog.partitions_of(parent).map(|(name, _)| name));
        at += 1;
    }
    family
}

/// The columns by which a row is known in both tables, where the one can be filled beside the other.
fn identity(
    look: &Look<'_>,
    before: &Table,
    after: &Table,
    family: &[&QualifiedName],
) -> Option<Vec<Name>> {
    let partitioned = after.partition_by.is_some() && after.partition_of.is_none();
    let new = family
        .iter()
        .skip(1)
        .all(|name| !look.from.tables.contains_key(*name));
    if !partitioned || !new || family.len() < 2 {
        return None;
    }
    let same = |old: &Column, new: &Column| !is_retyped(old, new) && old.generated == new.generated;
    let all_there = after.columns.len() == before.columns.len()
        && after.columns.iter().all(|new| {
            let old = before.column(new.name.as_str());
            old.is_some_and(|old| same(old, new) && old.not_null == new.not_null)
                && look.is_there(&new.data_type)
        });
    // A row is found again by a key of the old table, which has to be part of one of the new.
    let primary = |table: &Table| -> Option<Vec<Name>> {
        table.constraints.values().find_map(|c| match &c.kind {
            ConstraintKind::PrimaryKey(key) => Some(key.columns.clone()),
            _ => None,
        })
    };
    let (old, new) = (primary(before)?, primary(after)?);
    (all_there && old.iter().all(|c| new.contains(c))).then_some(new)
}

fn add_table(
    look: &Look<'_>,
    name: &QualifiedName,
    family: &[&QualifiedName],
    identity: Vec<Name>,
    beside: &mut Beside,
) {
    let Some(before) = look.from.tables.get(name) else {
        return;
    };
    let members: BTreeSet<&QualifiedName> = family.iter().copied().collect();
    let (old, new) = (old_table(name), new_table(name));
    let object = |old: &QualifiedName, new: &QualifiedName| Rename::Object {
        old: ObjectId::Table(old.clone()),
        new: ObjectId::Table(new.clone()),
    };
    beside.renames.push(object(name, &old));
    // Names of indexes are taken as long as the old table has them.
    let indexes = before.indexes.keys().cloned();
    for index in indexes {
        let away = old_name(&index);
        (beside.renames).push(renamed_part(ObjectId::Index, &old, index, away));
    }
    for (constraint, definition) in &before.constraints {
        if has_index(definition) {
            let away = old_name(constraint);
            let rename = renamed_part(ObjectId::Constraint, &old, constraint.clone(), away);
            beside.renames.push(rename);
        }
    }
    for member in family {
        let Some(table) = look.to.tables.get(*member) else {
            continue;
        };
        let built = new_table(member);
        beside.renames.push(object(&built, member));
        let twin = twin(look, member, table, &members);
        for index in table.indexes.keys() {
            let built = new_name(index);
            (beside.renames).push(renamed_part(ObjectId::Index, member, built, index.clone()));
        }
        for (constraint, definition) in &table.constraints {
            if has_index(definition) {
                let built = new_name(constraint);
                let rename = renamed_part(ObjectId::Constraint, member, built, constraint.clone());
                beside.renames.push(rename);
            }
        }
        beside.catalog.tables.insert(built, twin);
    }
    sync(look, name, &identity, beside);
    let columns = before.columns.iter().filter(|c| c.generated.is_none());
    beside.copies.push(Copy {
        from: name.clone(),
        to: new,
        columns: columns.map(|c| c.name.clone()).collect(),
    });
    beside.notes.insert(format!(
        "{name}: the table is large, so that the partitioned one is filled beside it, which takes its place \
         at the end; meanwhile both take disk space"
    ));
}

fn has_index(constraint: &Constraint) -> bool {
    key(constraint).is_some() || matches!(constraint.kind, ConstraintKind::Exclusion { .. })
}

/// The table, or one of its partitions, as it is built: without what acts when rows are written, and
/// without what is set when it takes the old one's place.
fn twin(
    look: &Look<'_>,
    name: &QualifiedName,
    table: &Table,
    members: &BTreeSet<&QualifiedName>,
) -> Table {
    let columns = table.columns.iter().map(|column| {
        // The name that it shall have: each table has its own names of constraints.
        let not_null = match column.not_null && look.options.target >= 18 {
            true => NotNull {
                name: Some(not_null_name(name, column)),
                ..column.not_null_constraint.clone()
            },
            false => NotNull::default(),
        };
        Column {
            default: None,
            identity: None,
            comment: None,
            not_null_constraint: NotNull {
                comment: None,
                ..not_null
            },
            ..column.clone()
        }
    });
    let constraints = table.constraints.iter().filter_map(|(name, constraint)| {
        // Rows are copied in no order that a reference to other rows of the table could rely on.
        let to_itself = |key: &ForeignKey| members.contains(&key.references);
        if matches!(&constraint.kind, ConstraintKind::ForeignKey(key) if to_itself(key)) {
            return None;
        }
        let built = match has_index(constraint) {
            true => new_name(name),
            false => name.clone(),
        };
        let twin = Constraint {
            parent: constraint.parent.as_ref().map(new_name),
            comment: None,
            index_comment: None,
            ..constraint.clone()
        };
        Some((built, twin))
    });
    let indexes = table.indexes.iter().map(|(name, index)| {
        let mut twin = index.clone();
        twin.parent = twin.parent.as_ref().map(new_name);
        twin.comment = None;
        (new_name(name), twin)
    });
    Table {
        columns: columns.collect(),
        constraints: constraints.collect(),
        indexes: indexes.collect(),
        partition_by: table.partition_by.clone(),
        partition_of: table.partition_of.as_ref().map(|of| PartitionOf {
            parent: new_table(&of.parent),
            ..of.clone()
        }),
        persistence: table.persistence,
        access_method: table.access_method.clone(),
        options: table.options.clone(),
        tablespace: table.tablespace.clone(),
        owner: table.owner.clone(),
        replica_identity: ReplicaIdentity::Default,
        ..Table::default()
    }
}

/// The triggers that write to the new table what is written to the old one meanwhile.
fn sync(look: &Look<'_>, name: &QualifiedName, identity: &[Name], beside: &mut Beside) {
    let Some(before) = look.from.tables.get(name) else {
        return;
    };
    let columns: Vec<String> = (before.columns.iter())
        .filter(|c| c.generated.is_none())
        .map(|c| c.name.quoted())
        .collect();
    let values: Vec<String> = columns.iter().map(|c| format!("NEW.{c}")).collect();
    let same: Vec<String> = identity
        .iter()
        .map(|c| format!("{0} = OLD.{0}", c.quoted()))
        .collect();
    let new = new_table(name).quoted();
    let body = format!(
        "BEGIN\n    \
         IF TG_OP = 'TRUNCATE' THEN\n        \
         TRUNCATE {new};\n        \
         RETURN NULL;\n    \
         END IF;\n    \
         IF TG_OP <> 'INSERT' THEN\n        \
         DELETE FROM {new} WHERE {};\n    \
         END IF;\n    \
         IF TG_OP <> 'DELETE' THEN\n        \
         INSERT INTO {new} ({}) VALUES ({});\n    \
         END IF;\n    \
         RETURN NULL;\n\
         END",
        same.join(" AND "),
        columns.join(", "),
        values.join(", ")
    );
    let function = QualifiedName::new(
        name.schema.clone(),
        new_name(&Name::new(format!("sync_{}", name.name))),
    );
    let routine = Routine {
        // Who writes to the old table need not have privileges on the new one yet.
        security_definer: true,
        ..Routine::trigger_function(body)
    };
    let signature = RoutineSignature::new(function.clone(), [""; 0]);
    beside.catalog.routines.insert(signature, routine);
    let rows = [
        TriggerEvent::Insert,
        TriggerEvent::Delete,
        TriggerEvent::Update,
    ];
    let always = |events: &[TriggerEvent], for_each_row| Trigger {
        enabled: TriggerEnabled::Always,
        for_each_row,
        ..Trigger::row(
            TriggerTiming::After,
            events.iter().copied(),
            function.clone(),
        )
    };
    if let Some(table) = beside.catalog.tables.get_mut(name) {
        let triggers = [
            (SYNC, always(&rows, true)),
            (SYNC_TRUNCATE, always(&[TriggerEvent::Truncate], false)),
        ];
        let triggers: BTreeMap<_, _> = triggers
            .into_iter()
            .map(|(name, trigger)| (Name::new(name), trigger))
            .collect();
        table.triggers.extend(triggers);
    }
}

/// Copies the rows some pages at a time.
pub(super) fn copy(copy: &Copy, writer: &Writer) -> Change {
    let object = ObjectId::Table(copy.from.clone());
    let mut change = Change::alter(object, FileGroup::Tables, Rank::Rows);
    let sql = writer.copy_rows_in_batches(&copy.from, &copy.to, &copy.columns);
    change.up.push(
        Statement::from(sql)
            .transaction(Transaction::Outside)
            .lock(&copy.from, LockLevel::RowShare)
            .lock(&copy.to, LockLevel::RowExclusive)
            .scan(&copy.from)
            .hazard(Hazard::DependsOnRows)
            .resume(Resume::Repeatable),
    );
    change
}
