//! What a table uses one of its indexes for: CLUSTER and the identity of its rows on replicas.

use std::collections::BTreeSet;

use pgwright_catalog::{Name, ObjectId, QualifiedName, ReplicaIdentity, Table};

use super::Kind;
use crate::change::{Change, Cover, Rank, Statement, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::{FileGroup, LockLevel};

pub(super) struct IndexUses;

impl Kind for IndexUses {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, table) in &context.full.tables {
            if !context.base.tables.contains_key(name) {
                cluster(context, name, None, table, out);
                replica_identity(context, name, &ReplicaIdentity::Default, table, out);
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in context.altered_tables().iter().copied() {
            // An index that is made anew took the mark, or the identity, along. One that backs no
            // constraint is marked where it is made.
            let anew = |id: ObjectId| context.replaced.objects.contains(&id);
            let constraint = |index: &Name| ObjectId::Constraint(name.clone(), index.clone());
            let lost = from
                .clustered_on
                .as_ref()
                .is_some_and(|i| anew(constraint(i)));
            if from.clustered_on != to.clustered_on || lost {
                cluster(context, name, Some(from).filter(|_| !lost), to, out);
            }
            let lost = match &from.replica_identity {
                ReplicaIdentity::Index(index) => {
                    anew(ObjectId::Index(name.clone(), index.clone())) || anew(constraint(index))
                }
                _ => false,
            };
            if lost {
                let none = ReplicaIdentity::Default;
                replica_identity(context, name, &none, to, out);
            } else if from.replica_identity != to.replica_identity {
                replica_identity(context, name, &from.replica_identity, to, out);
            }
        }
        Ok(())
    }
}

/// The change that makes an index, be it behind a constraint or a part of a parent's.
fn need_index(
    context: &Context<'_>,
    change: &mut Change,
    name: &QualifiedName,
    table: &Table,
    index: &Name,
) {
    let constraint = table.constraints.contains_key(index);
    let id = if constraint {
        ObjectId::Constraint(name.clone(), index.clone())
    } else {
        ObjectId::Index(name.clone(), index.clone())
    };
    change.need(context.made_by(id), Strength::Must);
}

fn begin(name: &QualifiedName) -> Change {
    let object = ObjectId::Table(name.clone());
    let mut change = Change::alter(object.clone(), FileGroup::Indexes, Rank::IndexUse);
    change.need(object.clone(), Strength::Must);
    change.covered_by = Some(Cover::With(object));
    change
}

fn locked(context: &Context<'_>, name: &QualifiedName, level: LockLevel, sql: String) -> Statement {
    let statement = Statement::from(sql);
    if context.live(name) {
        statement.lock(name, level)
    } else {
        statement
    }
}

fn cluster(
    context: &Context<'_>,
    name: &QualifiedName,
    from: Option<&Table>,
    to: &Table,
    out: &mut Vec<Change>,
) {
    let new: BTreeSet<&Name> = to
        .indexes
        .keys()
        .filter(|i| !from.is_some_and(|f| f.indexes.contains_key(*i)))
        .filter(|i| {
            let id = ObjectId::Index(name.clone(), (*i).clone());
            !context.parts.is_implied(&id)
        })
        .collect();
    // A new index brings it along.
    if to.clustered_on.as_ref().is_some_and(|on| new.contains(on)) {
        return;
    }
    let before = from.and_then(|f| f.clustered_on.as_ref());
    if before == to.clustered_on.as_ref() {
        return;
    }
    let mut change = begin(name);
    let writer = &context.writer;
    let say = |on: Option<&Name>| match on {
        Some(index) => writer.cluster_on(name, index),
        None => writer.without_cluster(name),
    };
    if let Some(index) = &to.clustered_on {
        need_index(context, &mut change, name, to, index);
    }
    let up = say(to.clustered_on.as_ref());
    let level = LockLevel::ShareUpdateExclusive;
    change.up.push(locked(context, name, level, up));
    // An index that the plan drops takes it along.
    if before.is_none_or(|b| to.indexes.contains_key(b) || to.constraints.contains_key(b)) {
        change.down.push(locked(context, name, level, say(before)));
    }
    out.push(change);
}

fn replica_identity(
    context: &Context<'_>,
    name: &QualifiedName,
    from: &ReplicaIdentity,
    table: &Table,
    out: &mut Vec<Change>,
) {
    let to = &table.replica_identity;
    // Rows of a foreign table have none.
    if from == to || table.foreign.is_some() {
        return;
    }
    let mut change = begin(name);
    change.sort.1.push_str(" replica identity");
    if let ReplicaIdentity::Index(index) = to {
        need_index(context, &mut change, name, table, index);
    }
    let say = |identity| context.writer.replica_identity(name, identity);
    let level = LockLevel::AccessExclusive;
    change.up.push(locked(context, name, level, say(to)));
    change.down.push(locked(context, name, level, say(from)));
    out.push(change);
}
