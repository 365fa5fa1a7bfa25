//! Owners: ALTER … OWNER TO, REASSIGN OWNED, DROP OWNED.

use pg_query::protobuf::{AlterOwnerStmt, DropOwnedStmt, ReassignOwnedStmt, RoleSpec};
use pgwright_catalog::{Catalog, Name, ObjectId};

use super::access;
use super::address::Address;
use super::nodes::{self, WrittenRole};
use crate::read::failure::Failure;
use crate::read::state::State;

/// ALTER … OWNER TO, of everything but relations, which come as ALTER TABLE.
pub(super) fn alter(state: &mut State, s: &AlterOwnerStmt) -> Result<(), Failure> {
    let Some(node) = s.object.as_deref() else {
        return Ok(());
    };
    let Address::Held(id) = state.address(s.object_type(), node)? else {
        return Ok(());
    };
    let owner = s.newowner.as_ref().and_then(|role| new_owner(state, role));
    state.set_owner(&id, owner);
    Ok(())
}

fn new_owner(state: &State, role: &RoleSpec) -> Option<Name> {
    match nodes::role(role) {
        WrittenRole::Named(name) => Some(name),
        WrittenRole::Session => state.session.session_user.clone(),
        _ => state.session.role.clone(),
    }
}

/// REASSIGN OWNED.
pub(super) fn reassign(state: &mut State, s: &ReassignOwnedStmt) -> Result<(), Failure> {
    let to = s.newrole.as_ref().and_then(|role| new_owner(state, role));
    for from in named(&s.roles) {
        for id in owned(&state.catalog, &from) {
            state.set_owner(&id, to.clone());
        }
    }
    Ok(())
}

/// DROP OWNED: what the roles own falls, and what they were granted is taken back.
pub(super) fn drop(state: &mut State, s: &DropOwnedStmt) -> Result<(), Failure> {
    for role in named(&s.roles) {
        let owned = owned(&state.catalog, &role);
        if !owned.is_empty() {
            let cascade = s.behavior() == pg_query::protobuf::DropBehavior::DropCascade;
            state.drop_objects(&owned, cascade)?;
        }
        for id in with_grants(&state.catalog) {
            let concerned = state.grants_of(&id).is_some_and(|grants| {
                grants
                    .iter()
                    .any(|grant| grant.grantee.as_ref() == Some(&role))
            });
            if concerned {
                state.touch(&id);
                if let Some(grants) = access::grants_mut(&mut state.catalog, &id) {
                    grants.retain(|grant| grant.grantee.as_ref() != Some(&role));
                }
            }
        }
        state.touch_default_privileges();
        state
            .catalog
            .default_privileges
            .retain(|entry| entry.owner != role && entry.grant.grantee.as_ref() != Some(&role));
    }
    Ok(())
}

fn named(roles: &[pg_query::protobuf::Node]) -> Vec<Name> {
    nodes::roles(roles)
        .into_iter()
        .filter_map(|role| match role {
            WrittenRole::Named(name) => Some(name),
            _ => None,
        })
        .collect()
}

/// Everything that a role owns.
fn owned(catalog: &Catalog, role: &Name) -> Vec<ObjectId> {
    let mut found = Vec::new();
    macro_rules! of {
        ($($map:ident => $variant:ident;)*) => {$(
            found.extend(
                catalog
                    .$map
                    .iter()
                    .filter(|(_, held)| held.owner.as_ref() == Some(role))
                    .map(|(name, _)| ObjectId::$variant(name.clone())),
            );
        )*};
    }
    of! {
        schemas => Schema;
        types => Type;
        sequences => Sequence;
        tables => Table;
        views => View;
        materialized_views => MaterializedView;
        routines => Routine;
        aggregates => Aggregate;
        languages => Language;
        operators => Operator;
        operator_families => OperatorFamily;
        operator_classes => OperatorClass;
        collations => Collation;
        conversions => Conversion;
        text_search_dictionaries => TextSearchDictionary;
        text_search_configurations => TextSearchConfiguration;
        statistics => Statistics;
        foreign_data_wrappers => ForeignDataWrapper;
        foreign_servers => ForeignServer;
        event_triggers => EventTrigger;
        publications => Publication;
        subscriptions => Subscription;
    }
    found
}

/// Everything that has privileges.
fn with_grants(catalog: &Catalog) -> Vec<ObjectId> {
    let mut found = Vec::new();
    macro_rules! of {
        ($($map:ident => $variant:ident;)*) => {$(
            found.extend(catalog.$map.keys().map(|name| ObjectId::$variant(name.clone())));
        )*};
    }
    of! {
        schemas => Schema;
        types => Type;
        sequences => Sequence;
        tables => Table;
        views => View;
        materialized_views => MaterializedView;
        routines => Routine;
        aggregates => Aggregate;
        languages => Language;
        foreign_data_wrappers => ForeignDataWrapper;
        foreign_servers => ForeignServer;
    }
    found
}
