//! What an empty database has, and what is left out of the catalog in the end.

use std::collections::BTreeSet;

use pgwright_catalog::{Catalog, Grant, Name, Privilege, Role, Schema};

use crate::read::state::{State, TEMPORARY_SCHEMA};

/// What every database begins with.
pub(in crate::read) fn begin(state: &mut State) {
    state
        .catalog
        .schemas
        .insert(Name::new("public"), untouched_public(state.target));
}

/// `public` as a new database has it.
fn untouched_public(target: u32) -> Schema {
    let mut grants = BTreeSet::from([Grant::to_public(Privilege::Usage)]);
    if target < 15 {
        grants.insert(Grant::to_public(Privilege::Create));
    }
    Schema {
        owner: None,
        comment: None,
        grants,
    }
}

/// Leaves out what every database has, what is temporary, and roles that nothing speaks of.
pub(in crate::read) fn finish(state: &mut State) {
    let untouched = untouched_public(state.target);
    // The owner of a new database's public, which is no choice of anybody's.
    let usual = match state.target {
        ..15 => "postgres",
        _ => "pg_database_owner",
    };
    let catalog = &mut state.catalog;
    if let Some(public) = catalog.schemas.get_mut("public") {
        public.owner = public.owner.take().filter(|owner| owner.as_str() != usual);
    }
    if catalog.schemas.get("public") == Some(&untouched) {
        catalog.schemas.remove("public");
    }
    let lasting = |schema: &Name| schema.as_str() != TEMPORARY_SCHEMA;
    catalog
        .materialized_views
        .retain(|name, _| lasting(&name.schema));
    catalog.types.retain(|name, _| lasting(&name.schema));
    catalog
        .routines
        .retain(|name, _| lasting(&name.name.schema));
    let mut referenced = referenced_roles(catalog);
    if let Some(implied) = &state.implied_owner {
        referenced.remove(implied);
    }
    let held = std::mem::take(&mut catalog.roles);
    for name in referenced {
        let made = held.get(&name);
        // A superuser that the text does not make has most likely the name that it usually has.
        let superuser =
            state.superusers.contains(&name) || made.is_none() && name.as_str() == "postgres";
        if name.as_str().starts_with("pg_") || superuser {
            continue;
        }
        let role = made.cloned().unwrap_or_else(Role::default);
        catalog.roles.insert(name, role);
    }
}

/// The roles that own something, have a privilege, or stand in a policy.
fn referenced_roles(catalog: &Catalog) -> BTreeSet<Name> {
    let mut roles = BTreeSet::new();
    let mut object = |owner: &Option<Name>, grants: &BTreeSet<Grant>| {
        roles.extend(owner.iter().cloned());
        for grant in grants {
            roles.extend(grant.grantee.iter().cloned());
            roles.extend(grant.grantor.iter().cloned());
        }
    };
    let none = BTreeSet::new();
    catalog
        .schemas
        .values()
        .for_each(|o| object(&o.owner, &o.grants));
    catalog
        .types
        .values()
        .for_each(|o| object(&o.owner, &o.grants));
    catalog
        .sequences
        .values()
        .for_each(|o| object(&o.owner, &o.grants));
    catalog
        .views
        .values()
        .for_each(|o| object(&o.owner, &o.grants));
    catalog
        .materialized_views
        .values()
        .for_each(|o| object(&o.owner, &o.grants));
    catalog
        .routines
        .values()
        .for_each(|o| object(&o.owner, &o.grants));
    catalog
        .aggregates
        .values()
        .for_each(|o| object(&o.owner, &o.grants));
    catalog
        .languages
        .values()
        .for_each(|o| object(&o.owner, &o.grants));
    catalog
        .foreign_data_wrappers
        .values()
        .for_each(|o| object(&o.owner, &o.grants));
    catalog
        .foreign_servers
        .values()
        .for_each(|o| object(&o.owner, &o.grants));
    catalog
        .operators
        .values()
        .for_each(|o| object(&o.owner, &none));
    catalog
        .operator_families
        .values()
        .for_each(|o| object(&o.owner, &none));
    catalog
        .operator_classes
        .values()
        .for_each(|o| object(&o.owner, &none));
    catalog
        .collations
        .values()
        .for_each(|o| object(&o.owner, &none));
    catalog
        .conversions
        .values()
        .for_each(|o| object(&o.owner, &none));
    catalog
        .text_search_dictionaries
        .values()
        .for_each(|o| object(&o.owner, &none));
    catalog
        .text_search_configurations
        .values()
        .for_each(|o| object(&o.owner, &none));
    catalog
        .statistics
        .values()
        .for_each(|o| object(&o.owner, &none));
    catalog
        .event_triggers
        .values()
        .for_each(|o| object(&o.owner, &none));
    catalog
        .publications
        .values()
        .for_each(|o| object(&o.owner, &none));
    catalog
        .subscriptions
        .values()
        .for_each(|o| object(&o.owner, &none));
    for table in catalog.tables.values() {
        object(&table.owner, &table.grants);
        for identity in table.columns.iter().filter_map(|c| c.identity.as_ref()) {
            object(&None, &identity.grants);
        }
    }
    for table in catalog.tables.values() {
        for policy in table.policies.values() {
            roles.extend(policy.roles.iter().cloned());
        }
    }
    for entry in &catalog.default_privileges {
        roles.insert(entry.owner.clone());
        roles.extend(entry.grant.grantee.iter().cloned());
    }
    for mapping in catalog.user_mappings.keys() {
        roles.extend(mapping.user.iter().cloned());
    }
    roles
}
