//! Roles. They belong to the cluster; only what a schema's privileges need of them is kept.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    AlterRoleStmt, CreateRoleStmt, DropRoleStmt, GrantRoleStmt, Node, RoleStmtType,
};
use pgwright_catalog::{Name, ObjectId, Role};

use super::nodes::{self, WrittenRole};
use super::options;
use crate::read::failure::Failure;
use crate::read::state::State;

/// CREATE ROLE, USER and GROUP.
pub(super) fn create(state: &mut State, s: &CreateRoleStmt) -> Result<(), Failure> {
    let name = Name::new(s.role.clone());
    if state.catalog.roles.contains_key(&name) {
        return Err(Failure::exists("role", name.as_str()));
    }
    state.touch(&ObjectId::Role(name.clone()));
    let held = Role {
        login: s.stmt_type() == RoleStmtType::RolestmtUser,
        ..Role::default()
    };
    state.catalog.roles.insert(name.clone(), held);
    attributes(state, &name, &s.options);
    Ok(())
}

/// ALTER ROLE; ALTER GROUP … ADD and DROP USER come as the same statement.
pub(super) fn alter(state: &mut State, s: &AlterRoleStmt) -> Result<(), Failure> {
    let Some(WrittenRole::Named(name)) = s.role.as_ref().map(nodes::role) else {
        return Ok(());
    };
    if state.catalog.roles.contains_key(&name) {
        state.touch(&ObjectId::Role(name.clone()));
        if s.action < 0 {
            for option in options::options(&s.options).filter(|o| o.name() == "rolemembers") {
                for member in members(option.list()) {
                    leave(state, &member, &name);
                }
            }
            return Ok(());
        }
        attributes(state, &name, &s.options);
    }
    Ok(())
}

fn attributes(state: &mut State, name: &Name, list: &[Node]) {
    for option in options::options(list) {
        match option.name() {
            "canlogin" => {
                if let Some(role) = state.catalog.roles.get_mut(name) {
                    role.login = option.truth();
                }
            }
            "superuser" => {
                if option.truth() {
                    state.superusers.insert(name.clone());
                } else {
                    state.superusers.remove(name);
                }
            }
            "addroleto" => {
                for group in members(option.list()) {
                    join(state, name, &group);
                }
            }
            "rolemembers" | "adminmembers" => {
                for member in members(option.list()) {
                    join(state, &member, name);
                }
            }
            _ => {}
        }
    }
}

fn members(nodes: &[Node]) -> Vec<Name> {
    nodes::roles(nodes)
        .into_iter()
        .filter_map(|role| match role {
            WrittenRole::Named(name) => Some(name),
            _ => None,
        })
        .collect()
}

fn join(state: &mut State, member: &Name, group: &Name) {
    state.touch(&ObjectId::Role(member.clone()));
    let role = state.catalog.roles.entry(member.clone()).or_default();
    role.member_of.insert(group.clone());
}

fn leave(state: &mut State, member: &Name, group: &Name) {
    state.touch(&ObjectId::Role(member.clone()));
    if let Some(role) = state.catalog.roles.get_mut(member) {
        role.member_of.remove(group);
    }
}

/// DROP ROLE.
pub(super) fn drop(state: &mut State, s: &DropRoleStmt) -> Result<(), Failure> {
    for name in members(&s.roles) {
        state.touch(&ObjectId::Role(name.clone()));
        state.catalog.roles.remove(&name);
        state.superusers.remove(&name);
        let members: Vec<Name> = state
            .catalog
            .roles
            .iter()
            .filter(|(_, role)| role.member_of.contains(&name))
            .map(|(member, _)| member.clone())
            .collect();
        for member in members {
            leave(state, &member, &name);
        }
    }
    Ok(())
}

/// GRANT role TO role, and REVOKE.
pub(super) fn grant(state: &mut State, s: &GrantRoleStmt) -> Result<(), Failure> {
    // REVOKE … OPTION FOR leaves the membership.
    if !s.is_grant && !s.opt.is_empty() {
        return Ok(());
    }
    let groups = s
        .granted_roles
        .iter()
        .filter_map(|node| match node.node.as_ref()? {
            NodeEnum::AccessPriv(access) => Some(Name::new(access.priv_name.clone())),
            _ => None,
        });
    let grantees: Vec<Option<Name>> = nodes::roles(&s.grantee_roles)
        .into_iter()
        .map(|role| match role {
            WrittenRole::Named(name) => Some(name),
            WrittenRole::Current => state.session.role.clone(),
            WrittenRole::Session => state.session.session_user.clone(),
            WrittenRole::Public => None,
        })
        .collect();
    for group in groups {
        for grantee in grantees.iter().flatten() {
            if s.is_grant {
                join(state, grantee, &group);
            } else {
                leave(state, grantee, &group);
            }
        }
    }
    Ok(())
}

impl State {
    /// Whether a role is a member of another, directly or by way of others.
    pub(in crate::read) fn is_member(&self, role: &Name, group: &Name) -> bool {
        let mut seen = vec![role.clone()];
        let mut next = 0;
        while let Some(role) = seen.get(next).cloned() {
            next += 1;
            for other in self
                .catalog
                .roles
                .get(&role)
                .into_iter()
                .flat_map(|r| &r.member_of)
            {
                if other == group {
                    return true;
                }
                if !seen.contains(other) {
                    seen.push(other.clone());
                }
            }
        }
        false
    }
}
