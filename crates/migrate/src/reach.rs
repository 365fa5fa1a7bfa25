//! What a rename reaches: the objects that name what is renamed, and what those need to be made.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, ConstraintKind, ObjectId, QualifiedName};

use crate::references::References;

/// The part of a catalog that renames reach, and which of its objects they reach; nothing where most of
/// it would be.
pub(crate) fn part(
    catalog: &Catalog,
    renamed: &BTreeSet<ObjectId>,
) -> Option<(Catalog, BTreeSet<ObjectId>)> {
    let simple = |o: &ObjectId| matches!(o, ObjectId::Table(_) | ObjectId::Sequence(_));
    if !renamed.iter().all(simple) {
        return None;
    }
    let mut used_by: BTreeMap<&ObjectId, Vec<ObjectId>> = BTreeMap::new();
    for (object, needed) in &catalog.dependencies {
        for needed in needed {
            used_by.entry(needed).or_default().push(object.clone());
        }
    }
    let mut reached = BTreeSet::new();
    let mut open: Vec<ObjectId> = renamed.iter().cloned().collect();
    let mut referenced: BTreeMap<&QualifiedName, Vec<&QualifiedName>> = BTreeMap::new();
    let mut children: BTreeMap<&QualifiedName, Vec<&QualifiedName>> = BTreeMap::new();
    for (name, table) in &catalog.tables {
        for (_, key) in table.foreign_keys() {
            referenced.entry(&key.references).or_default().push(name);
        }
        for parent in table.parents() {
            children.entry(parent).or_default().push(name);
        }
    }
    while let Some(object) = open.pop() {
        let object = whole(object);
        if !reached.insert(object.clone()) {
            continue;
        }
        open.extend(used_by.get(&object).into_iter().flatten().cloned());
        match &object {
            ObjectId::Table(name) => {
                // A table that is reached only by its foreign key reaches nothing further.
                if renamed.contains(&object) {
                    let tables = referenced.get(name).into_iter().flatten();
                    reached.extend(tables.map(|t| ObjectId::Table((*t).clone())));
                }
                let parts = children.get(name).into_iter().flatten();
                open.extend(parts.map(|t| ObjectId::Table((*t).clone())));
                let owned = catalog.sequences.iter();
                open.extend(
                    owned
                        .filter(|(_, s)| s.owned_by.as_ref().is_some_and(|(t, _)| t == name))
                        .map(|(n, _)| ObjectId::Sequence(n.clone())),
                );
            }
            ObjectId::Sequence(name) => {
                let owner = catalog
                    .sequences
                    .get(name)
                    .and_then(|s| s.owned_by.as_ref());
                open.extend(owner.map(|(t, _)| ObjectId::Table(t.clone())));
            }
            _ => {}
        }
    }
    let kept = with_needs(catalog, &reached);
    if kept.len() * 2 > catalog.tables.len() {
        return None;
    }
    Some((keep(catalog, &kept, &reached), reached))
}

/// The object that a part belongs to.
fn whole(object: ObjectId) -> ObjectId {
    match object {
        ObjectId::Column(t, _)
        | ObjectId::Constraint(t, _)
        | ObjectId::Index(t, _)
        | ObjectId::Trigger(t, _)
        | ObjectId::Policy(t, _)
        | ObjectId::Rule(t, _) => ObjectId::Table(t),
        other => other,
    }
}

/// The objects with all that they need.
fn with_needs(catalog: &Catalog, reached: &BTreeSet<ObjectId>) -> BTreeSet<ObjectId> {
    let references = References::new(catalog);
    let mut recorded: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
    for (object, needed) in &catalog.dependencies {
        recorded
            .entry(whole(object.clone()))
            .or_default()
            .extend(needed.iter().cloned());
    }
    let mut kept = BTreeSet::new();
    let mut open: Vec<ObjectId> = reached.iter().cloned().collect();
    while let Some(object) = open.pop() {
        let object = whole(object);
        if !kept.insert(object.clone()) {
            continue;
        }
        open.extend(recorded.get(&object).into_iter().flatten().cloned());
        match &object {
            ObjectId::Table(name) => {
                let Some(table) = catalog.tables.get(name) else {
                    continue;
                };
                open.extend(table.parents().map(|p| ObjectId::Table(p.clone())));
                let of_type = table.of_type.iter().cloned();
                open.extend(of_type.map(ObjectId::Type));
                for column in &table.columns {
                    open.extend(references.qualified(&column.data_type));
                    open.extend(column.collation.iter().cloned().map(ObjectId::Collation));
                    let default = column.default.as_ref().map(|d| d.sql());
                    let generated = column.generated.as_ref().map(|g| g.expression.sql());
                    for text in default.into_iter().chain(generated) {
                        open.extend(references.qualified(text));
                    }
                }
                if reached.contains(&object) {
                    for (_, key) in table.foreign_keys() {
                        open.push(ObjectId::Table(key.references.clone()));
                    }
                    for trigger in table.triggers.values() {
                        let functions = catalog.routines.keys();
                        open.extend(
                            functions
                                .filter(|s| s.name == trigger.function)
                                .map(|s| ObjectId::Routine(s.clone())),
                        );
                    }
                }
                for constraint in table.constraints.values() {
                    if let ConstraintKind::Check(expression) = &constraint.kind {
                        open.extend(references.qualified(expression.sql()));
                    }
                }
            }
            ObjectId::View(name) => {
                let view = catalog.views.get(name);
                open.extend(
                    view.into_iter()
                        .flat_map(|v| references.qualified(&v.query)),
                );
            }
            ObjectId::MaterializedView(name) => {
                let view = catalog.materialized_views.get(name);
                open.extend(
                    view.into_iter()
                        .flat_map(|v| references.qualified(&v.query)),
                );
            }
            _ => {}
        }
    }
    kept
}

/// The catalog with only these objects; tables that are needed only lack what stands on them.
fn keep(catalog: &Catalog, kept: &BTreeSet<ObjectId>, reached: &BTreeSet<ObjectId>) -> Catalog {
    let mut part = catalog.clone();
    part.tables
        .retain(|n, _| kept.contains(&ObjectId::Table(n.clone())));
    part.sequences
        .retain(|n, _| kept.contains(&ObjectId::Sequence(n.clone())));
    part.views
        .retain(|n, _| kept.contains(&ObjectId::View(n.clone())));
    part.materialized_views
        .retain(|n, _| kept.contains(&ObjectId::MaterializedView(n.clone())));
    part.routines
        .retain(|s, _| kept.contains(&ObjectId::Routine(s.clone())));
    part.statistics
        .retain(|_, s| kept.contains(&ObjectId::Table(s.table.clone())));
    for (name, table) in &mut part.tables {
        if reached.contains(&ObjectId::Table(name.clone())) {
            continue;
        }
        table.constraints.retain(|_, c| {
            matches!(
                c.kind,
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_)
            )
        });
        table.indexes.retain(|_, i| i.unique && i.parent.is_none());
        table.triggers.clear();
        table.inherited_trigger_states.clear();
        table.policies.clear();
        table.rules.clear();
        table.clustered_on = None;
        table.replica_identity = Default::default();
    }
    part.sequences.retain(|_, s| {
        let owner = s.owned_by.as_ref();
        owner.is_none_or(|(t, _)| kept.contains(&ObjectId::Table(t.clone())))
    });
    part.publications.clear();
    part.subscriptions.clear();
    part.event_triggers.clear();
    part.security_labels.clear();
    part.owner_privileges.clear();
    part
}

/// The catalog with what was reached as it is now.
pub(crate) fn merged(
    catalog: &Catalog,
    part: &Catalog,
    reached: &BTreeSet<ObjectId>,
    changed: Catalog,
) -> Catalog {
    let mut merged = catalog.clone();
    macro_rules! take {
        ($($map:ident => $id:ident),*) => {
            $(
                for name in part.$map.keys() {
                    if reached.contains(&ObjectId::$id(name.clone())) {
                        merged.$map.remove(name);
                    }
                }
                for (name, object) in &changed.$map {
                    let there = part.$map.contains_key(name)
                        && !reached.contains(&ObjectId::$id(name.clone()));
                    if !there {
                        merged.$map.insert(name.clone(), object.clone());
                    }
                }
            )*
        };
    }
    take!(tables => Table, sequences => Sequence, views => View,
          materialized_views => MaterializedView, routines => Routine);
    for (name, statistics) in &part.statistics {
        if reached.contains(&ObjectId::Table(statistics.table.clone())) {
            merged.statistics.remove(name);
        }
    }
    for (name, statistics) in &changed.statistics {
        merged
            .statistics
            .entry(name.clone())
            .or_insert_with(|| statistics.clone());
    }
    // New schemas are made with what goes there.
    for (name, schema) in &changed.schemas {
        merged
            .schemas
            .entry(name.clone())
            .or_insert_with(|| schema.clone());
    }
    merged
        .dependencies
        .retain(|object, _| !reached.contains(&whole(object.clone())));
    for (object, needed) in changed.dependencies {
        let of = whole(object.clone());
        let only_needed = !reached.contains(&of) && catalog.contains(&of);
        if !only_needed {
            merged.dependencies.insert(object, needed);
        }
    }
    merged
}
