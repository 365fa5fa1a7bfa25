//! ALTER DEFAULT PRIVILEGES.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{AlterDefaultPrivilegesStmt, GrantStmt, ObjectType};
use pgwright_catalog::{DefaultPrivileges, Grant, Name, Privilege, PrivilegeTarget};

use super::nodes::{self, WrittenRole};
use super::{options, privileges};
use crate::read::failure::Failure;
use crate::read::state::State;

/// The role of an entry that no role is named for, when nobody says who runs the text.
pub(super) const USUAL_SUPERUSER: &str = "postgres";

/// The privileges of one entry of `pg_default_acl`, the owner's own among them.
type Entry = BTreeSet<Grant>;

/// Changes what future objects begin with.
pub(super) fn alter(state: &mut State, s: &AlterDefaultPrivilegesStmt) -> Result<(), Failure> {
    let Some(action) = &s.action else {
        return Ok(());
    };
    let (mut owners, mut schemas) = (Vec::new(), Vec::new());
    for option in options::options(&s.options) {
        match option.name() {
            "schemas" => {
                for schema in nodes::strings(option.list()) {
                    schemas.push(Some(state.existing_schema(schema)?));
                }
            }
            "roles" => owners.extend(nodes::roles(option.list())),
            _ => {}
        }
    }
    if owners.is_empty() {
        owners.push(WrittenRole::Current);
    }
    if schemas.is_empty() {
        schemas.push(None);
    }
    let target = match action.objtype() {
        ObjectType::ObjectTable => PrivilegeTarget::Tables,
        ObjectType::ObjectSequence => PrivilegeTarget::Sequences,
        ObjectType::ObjectFunction | ObjectType::ObjectRoutine | ObjectType::ObjectProcedure => {
            PrivilegeTarget::Routines
        }
        ObjectType::ObjectType => PrivilegeTarget::Types,
        ObjectType::ObjectSchema => PrivilegeTarget::Schemas,
        ObjectType::ObjectLargeobject => PrivilegeTarget::LargeObjects,
        _ => {
            return Err(Failure::not_understood(
                "these default privileges are not read",
            ));
        }
    };
    if target == PrivilegeTarget::Schemas && schemas.iter().any(Option::is_some) {
        return Err(Failure::new(
            "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS",
        ));
    }
    state.touch_default_privileges();
    for owner in &owners {
        let owner = named(state, owner);
        for schema in &schemas {
            change(state, &owner, schema.as_ref(), target, action)?;
        }
    }
    Ok(())
}

/// The name of a role; the one that runs the text is known by the name that superusers usually have.
fn named(state: &State, role: &WrittenRole) -> Name {
    let session = match role {
        WrittenRole::Named(name) => return name.clone(),
        WrittenRole::Session => state.session.session_user.clone(),
        _ => state.session.role.clone(),
    };
    session
        .or_else(|| state.implied_owner.clone())
        .unwrap_or_else(|| Name::new(USUAL_SUPERUSER))
}

fn change(
    state: &mut State,
    owner: &Name,
    schema: Option<&Name>,
    target: PrivilegeTarget,
    action: &GrantStmt,
) -> Result<(), Failure> {
    let all = privileges::all_of_target(target);
    let mut wanted: BTreeSet<Privilege> = BTreeSet::new();
    if action.privileges.is_empty() {
        wanted.extend(all);
    }
    for node in &action.privileges {
        let Some(NodeEnum::AccessPriv(access)) = node.node.as_ref() else {
            continue;
        };
        match privileges::by_word(&access.priv_name).filter(|p| all.contains(p)) {
            Some(privilege) => {
                wanted.insert(privilege);
            }
            None => {
                return Err(Failure::new(format!(
                    "invalid privilege type {} for these objects",
                    access.priv_name.to_uppercase()
                )));
            }
        }
    }
    let usual = usual(owner, schema, target);
    let mut entry = held(state, owner, schema, target, &usual);
    let public_option = action.is_grant && action.grant_option;
    for grantee in nodes::roles(&action.grantees) {
        if grantee == WrittenRole::Public && public_option {
            return Err(Failure::new("grant options can only be granted to roles"));
        }
        let grantee = match &grantee {
            WrittenRole::Public => None,
            role => Some(named(state, role)),
        };
        for privilege in &wanted {
            let grant = Grant {
                grantee: grantee.clone(),
                privilege: *privilege,
                column: None,
                grantable: action.is_grant && action.grant_option,
                grantor: None,
            };
            if action.is_grant {
                privileges::give(&mut entry, grant);
            } else {
                privileges::take(&mut entry, &grant, action.grant_option, true)?;
            }
        }
    }
    store(state, owner, schema, target, &usual, entry);
    Ok(())
}

/// What an entry begins with: PostgreSQL's own defaults, or nothing for one schema only.
fn usual(owner: &Name, schema: Option<&Name>, target: PrivilegeTarget) -> Entry {
    if schema.is_some() {
        return Entry::new();
    }
    let mut usual: Entry = privileges::all_of_target(target)
        .iter()
        .map(|privilege| Grant::to(owner.clone(), *privilege))
        .collect();
    usual.extend(privileges::of_public(target).map(Grant::to_public));
    usual
}

/// The entry as it is, put together again from its differences to what is usual.
fn held(
    state: &State,
    owner: &Name,
    schema: Option<&Name>,
    target: PrivilegeTarget,
    usual: &Entry,
) -> Entry {
    let mut entry = usual.clone();
    for difference in differences(state, owner, schema, target) {
        if difference.revoked {
            entry.remove(&difference.grant);
        } else {
            privileges::give(&mut entry, difference.grant.clone());
        }
    }
    entry
}

fn differences<'a>(
    state: &'a State,
    owner: &'a Name,
    schema: Option<&'a Name>,
    target: PrivilegeTarget,
) -> impl Iterator<Item = &'a DefaultPrivileges> {
    state
        .catalog
        .default_privileges
        .iter()
        .filter(move |entry| {
            entry.owner == *owner && entry.schema.as_ref() == schema && entry.target == target
        })
}

fn store(
    state: &mut State,
    owner: &Name,
    schema: Option<&Name>,
    target: PrivilegeTarget,
    usual: &Entry,
    entry: Entry,
) {
    state.catalog.default_privileges.retain(|held| {
        !(held.owner == *owner && held.schema.as_ref() == schema && held.target == target)
    });
    let same = |a: &Grant, b: &Grant| a.grantee == b.grantee && a.privilege == b.privilege;
    let given = entry.difference(usual).map(|grant| (grant, false));
    let revoked = usual
        .iter()
        .filter(|grant| !entry.iter().any(|held| same(held, grant)))
        .map(|grant| (grant, true));
    for (grant, revoked) in given.chain(revoked) {
        state.catalog.default_privileges.insert(DefaultPrivileges {
            owner: owner.clone(),
            schema: schema.cloned(),
            target,
            grant: grant.clone(),
            revoked,
        });
    }
}
