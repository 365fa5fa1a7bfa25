//! The schema that is there with what a design adds to it.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, Grant, ObjectId, Privilege};

/// The existing schema with everything of the design in it. What is there stays as it is; of what a design
/// refers to, it gets the columns that were missing, and the rights of the design's roles.
pub fn merged(existing: &Catalog, design: &Catalog) -> Catalog {
    let mut merged = existing.clone();
    macro_rules! add {
        ($($map:ident),* $(,)?) => {
            $(add_missing(&mut merged.$map, &design.$map);)*
        };
    }
    add!(
        roles,
        extensions,
        types,
        sequences,
        views,
        materialized_views,
        routines,
        aggregates,
        casts,
        collations,
        operators,
        statistics,
    );
    for (name, schema) in &design.schemas {
        match merged.schemas.get_mut(name) {
            Some(there) => {
                there.grants.extend(schema.grants.iter().cloned());
                // Who owns the new tables makes partitions and functions beside them.
                if let Some(owner) = &schema.owner
                    && Some(owner) != there.owner.as_ref()
                {
                    for privilege in [Privilege::Create, Privilege::Usage] {
                        there.grants.insert(Grant::to(owner.clone(), privilege));
                    }
                }
            }
            None => {
                merged.schemas.insert(name.clone(), schema.clone());
            }
        }
    }
    for (name, table) in &design.tables {
        let is_there = design.stand_ins.contains(&ObjectId::Table(name.clone()));
        match merged.tables.get_mut(name).filter(|_| is_there) {
            Some(there) => {
                for column in &table.columns {
                    if there.column(column.name.as_str()).is_none() {
                        there.columns.push(column.clone());
                    }
                }
                add_missing(&mut there.constraints, &table.constraints);
                add_missing(&mut there.indexes, &table.indexes);
                add_missing(&mut there.triggers, &table.triggers);
                there.grants.extend(table.grants.iter().cloned());
            }
            None => {
                merged.tables.insert(name.clone(), table.clone());
            }
        }
    }
    let defaults = design.default_privileges.iter().cloned();
    merged.default_privileges.extend(defaults);
    for (object, needs) in &design.dependencies {
        let all = merged.dependencies.entry(object.clone()).or_default();
        all.extend(needs.iter().cloned());
    }
    merged.stand_ins.clear();
    merged
}

fn add_missing<K: Ord + Clone, V: Clone>(to: &mut BTreeMap<K, V>, from: &BTreeMap<K, V>) {
    for (key, value) in from {
        to.entry(key.clone()).or_insert_with(|| value.clone());
    }
}
