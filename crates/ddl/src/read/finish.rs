//! From the catalog in progress to the catalog as a server shows it.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    ConstraintKind, InheritedNotNull, Name, ObjectId, QualifiedName, Table, TriggerEnabled,
    leave_out_inherited,
};

use super::Reading;
use super::state::{State, TEMPORARY_SCHEMA};
use super::table::index::usual_sequence_name;

/// Ends the reading: leaves out what a partition or child has from its parents, what has its usual
/// name, and what is temporary.
pub(super) fn finish(mut state: State) -> Reading {
    leave_out_temporary(&mut state);
    keep_own_trigger_states(&mut state);
    super::objects::finish(&mut state);
    let mut inherited = BTreeSet::new();
    for (name, table) in &mut state.catalog.tables {
        let Some(held) = state.held.get(name) else {
            continue;
        };
        for column in &mut table.columns {
            let origin = held.columns.get(&column.name);
            column.inherited = origin.is_some_and(|origin| !origin.local);
            if held
                .not_nulls
                .get(&column.name)
                .is_some_and(|origin| !origin.local)
            {
                inherited.insert((name.clone(), column.name.clone()));
            }
            if let Some(identity) = &mut column.identity {
                let usual = usual_sequence_name(name, column.name.as_str());
                if identity.name.as_ref() == Some(&usual) {
                    identity.name = None;
                }
            }
        }
        table.constraints.retain(|name, constraint| {
            let local = held.constraints.get(name).is_none_or(|origin| origin.local);
            match constraint.kind {
                ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_) => local,
                _ => true,
            }
        });
        table
            .triggers
            .retain(|name, _| !held.inherited_triggers.contains(name));
    }
    leave_out_inherited(&mut state.catalog, &InheritedNotNull::Known(inherited));
    let mut places = state.places.found;
    places.retain(|object, _| state.catalog.contains(object));
    Reading {
        catalog: state.catalog,
        notes: state.notes.into_inner(),
        statements: Vec::new(),
        places,
    }
}

/// Temporary objects are gone when the session ends.
fn leave_out_temporary(state: &mut State) {
    let temporary = |name: &QualifiedName| name.schema.as_str() == TEMPORARY_SCHEMA;
    let catalog = &mut state.catalog;
    catalog.tables.retain(|name, _| !temporary(name));
    catalog.views.retain(|name, _| !temporary(name));
    catalog.sequences.retain(|name, _| !temporary(name));
    catalog.types.retain(|name, _| !temporary(name));
    catalog.statistics.retain(|name, _| !temporary(name));
    catalog.routines.retain(|name, _| !temporary(&name.name));
    let of_temporary = |object: &ObjectId| {
        object
            .schema()
            .is_some_and(|schema| schema.as_str() == TEMPORARY_SCHEMA)
    };
    catalog.dependencies.retain(|object, needed| {
        needed.retain(|needed| !of_temporary(needed));
        !of_temporary(object) && !needed.is_empty()
    });
}

/// Of the triggers that a partition has from its parent only the states are its own, where they differ.
fn keep_own_trigger_states(state: &mut State) {
    let mut states: BTreeMap<QualifiedName, BTreeMap<Name, TriggerEnabled>> = BTreeMap::new();
    for (name, table) in &state.catalog.tables {
        let parent = table.partition_of.as_ref().map(|of| &of.parent);
        let Some(parent) = parent.and_then(|parent| state.catalog.tables.get(parent)) else {
            continue;
        };
        let inherited = state.held.get(name).map(|held| &held.inherited_triggers);
        for trigger in inherited.into_iter().flatten() {
            let enabled = |table: &Table| table.triggers.get(trigger).map(|held| held.enabled);
            if let (Some(own), Some(theirs)) = (enabled(table), enabled(parent))
                && own != theirs
            {
                states
                    .entry(name.clone())
                    .or_default()
                    .insert(trigger.clone(), own);
            }
        }
    }
    for (name, states) in states {
        if let Some(table) = state.catalog.tables.get_mut(&name) {
            table.inherited_trigger_states = states;
        }
    }
}
