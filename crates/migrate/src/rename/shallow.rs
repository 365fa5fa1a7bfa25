//! Renames that no expression follows: of what stands on a table and is named by hardly anything.

use pgwright_catalog::write::not_null_name;
use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName, ReplicaIdentity};

use super::Rename;

/// True for a rename of an index, a constraint, a trigger, a policy, a rule or a statistics object.
pub(super) fn is_shallow(rename: &Rename) -> bool {
    matches!(
        rename,
        Rename::Object {
            old: ObjectId::Index(..)
                | ObjectId::Constraint(..)
                | ObjectId::Trigger(..)
                | ObjectId::Policy(..)
                | ObjectId::Rule(..)
                | ObjectId::Statistics(_),
            ..
        }
    )
}

/// Renames it in a catalog.
pub(super) fn apply(catalog: &mut Catalog, rename: &Rename) {
    let Rename::Object { old, new } = rename else {
        return;
    };
    match (old, new) {
        (ObjectId::Index(table, a), ObjectId::Index(_, b)) => {
            if let Some(t) = catalog.tables.get_mut(table)
                && let Some(index) = t.indexes.remove(a)
            {
                t.indexes.insert(b.clone(), index);
            }
            if let Some(v) = catalog.materialized_views.get_mut(table)
                && let Some(index) = v.indexes.remove(a)
            {
                v.indexes.insert(b.clone(), index);
                if v.clustered_on.as_ref() == Some(a) {
                    v.clustered_on = Some(b.clone());
                }
            }
            index_named(catalog, table, a, b);
        }
        (ObjectId::Constraint(table, a), ObjectId::Constraint(_, b)) => {
            if let Some(t) = catalog.tables.get_mut(table) {
                if let Some(constraint) = t.constraints.remove(a) {
                    t.constraints.insert(b.clone(), constraint);
                } else if let Some(column) = t
                    .columns
                    .iter_mut()
                    .find(|c| c.not_null && not_null_name(table, c) == *a)
                {
                    column.not_null_constraint.name = Some(b.clone());
                }
            }
            index_named(catalog, table, a, b);
        }
        (ObjectId::Trigger(table, a), ObjectId::Trigger(_, b)) => {
            if let Some(t) = catalog.tables.get_mut(table)
                && let Some(trigger) = t.triggers.remove(a)
            {
                t.triggers.insert(b.clone(), trigger);
            }
            if let Some(v) = catalog.views.get_mut(table)
                && let Some(trigger) = v.triggers.remove(a)
            {
                v.triggers.insert(b.clone(), trigger);
            }
        }
        (ObjectId::Policy(table, a), ObjectId::Policy(_, b)) => {
            if let Some(t) = catalog.tables.get_mut(table)
                && let Some(policy) = t.policies.remove(a)
            {
                t.policies.insert(b.clone(), policy);
            }
        }
        (ObjectId::Rule(table, a), ObjectId::Rule(_, b)) => {
            if let Some(t) = catalog.tables.get_mut(table)
                && let Some(rule) = t.rules.remove(a)
            {
                t.rules.insert(b.clone(), rule);
            }
        }
        (ObjectId::Statistics(a), ObjectId::Statistics(b)) => {
            if let Some(statistics) = catalog.statistics.remove(a) {
                catalog.statistics.insert(b.clone(), statistics);
            }
        }
        _ => {}
    }
    if let Some(needed) = catalog.dependencies.remove(old) {
        catalog.dependencies.insert(new.clone(), needed);
    }
    for needed in catalog.dependencies.values_mut() {
        if needed.remove(old) {
            needed.insert(new.clone());
        }
    }
    if let Some(labels) = catalog.security_labels.remove(old) {
        catalog.security_labels.insert(new.clone(), labels);
    }
}

/// What names an index by its name.
fn index_named(catalog: &mut Catalog, table: &QualifiedName, a: &Name, b: &Name) {
    if let Some(t) = catalog.tables.get_mut(table) {
        if t.clustered_on.as_ref() == Some(a) {
            t.clustered_on = Some(b.clone());
        }
        if t.replica_identity == ReplicaIdentity::Index(a.clone()) {
            t.replica_identity = ReplicaIdentity::Index(b.clone());
        }
    }
    for t in catalog.tables.values_mut() {
        let of = t.partition_of.as_ref();
        if of.is_none_or(|of| of.parent != *table) {
            continue;
        }
        for index in t.indexes.values_mut() {
            if index.parent.as_ref() == Some(a) {
                index.parent = Some(b.clone());
            }
        }
        for constraint in t.constraints.values_mut() {
            if constraint.parent.as_ref() == Some(a) {
                constraint.parent = Some(b.clone());
            }
        }
    }
}

/// Everything that stands in a schema by itself, what others need first.
pub(super) fn in_schema(catalog: &Catalog, schema: &Name) -> Vec<ObjectId> {
    let mut objects = Vec::new();
    macro_rules! collect {
        ($($map:ident => $id:ident),*) => {
            $(for name in catalog.$map.keys().filter(|n| n.schema == *schema) {
                objects.push(ObjectId::$id(name.clone()));
            })*
        };
    }
    collect!(collations => Collation, types => Type, tables => Table, views => View,
             materialized_views => MaterializedView, statistics => Statistics,
             conversions => Conversion, text_search_dictionaries => TextSearchDictionary,
             text_search_configurations => TextSearchConfiguration,
             text_search_parsers => TextSearchParser, text_search_templates => TextSearchTemplate);
    for (name, sequence) in &catalog.sequences {
        // One that a column owns goes with its table.
        if name.schema == *schema && sequence.owned_by.is_none() {
            objects.push(ObjectId::Sequence(name.clone()));
        }
    }
    for signature in catalog.routines.keys().filter(|s| s.name.schema == *schema) {
        objects.push(ObjectId::Routine(signature.clone()));
    }
    for signature in catalog
        .aggregates
        .keys()
        .filter(|s| s.name.schema == *schema)
    {
        objects.push(ObjectId::Aggregate(signature.clone()));
    }
    for signature in catalog
        .operators
        .keys()
        .filter(|s| s.name.schema == *schema)
    {
        objects.push(ObjectId::Operator(signature.clone()));
    }
    for name in catalog
        .operator_families
        .keys()
        .filter(|s| s.name.schema == *schema)
    {
        objects.push(ObjectId::OperatorFamily(name.clone()));
    }
    for name in catalog
        .operator_classes
        .keys()
        .filter(|s| s.name.schema == *schema)
    {
        objects.push(ObjectId::OperatorClass(name.clone()));
    }
    objects
}
