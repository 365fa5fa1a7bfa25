//! Roles, privileges and default privileges.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::Name;

/// A role the schema needs. Roles belong to the cluster: they are created when missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Role {
    /// May log in. The roles of a design are groups and may not.
    pub login: bool,
    /// Roles it is a member of.
    pub member_of: BTreeSet<Name>,
    /// What the role is for.
    pub comment: Option<String>,
}

/// One privilege of one grantee on one object (or on some of its columns).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Grant {
    /// The role, or `None` for PUBLIC.
    pub grantee: Option<Name>,
    /// The privilege.
    pub privilege: Privilege,
    /// The column, when it is a column privilege.
    pub column: Option<Name>,
    /// WITH GRANT OPTION.
    pub grantable: bool,
    /// Who granted it, when that is not the object's owner.
    pub grantor: Option<Name>,
}

impl Grant {
    /// A privilege of PUBLIC.
    pub fn to_public(privilege: Privilege) -> Self {
        Self {
            grantee: None,
            privilege,
            column: None,
            grantable: false,
            grantor: None,
        }
    }

    /// A privilege of a role.
    pub fn to(role: impl Into<Name>, privilege: Privilege) -> Self {
        Self {
            grantee: Some(role.into()),
            privilege,
            column: None,
            grantable: false,
            grantor: None,
        }
    }

    /// The same privilege, on one column.
    pub fn on_column(mut self, column: impl Into<Name>) -> Self {
        self.column = Some(column.into());
        self
    }
}

/// PostgreSQL's privileges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The names say it: they are the manual's (chapter 5.8).
pub enum Privilege {
    Select,
    Insert,
    Update,
    Delete,
    Truncate,
    References,
    Trigger,
    Maintain,
    Usage,
    Create,
    Execute,
}

/// `ALTER DEFAULT PRIVILEGES`: one privilege on one kind of object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DefaultPrivileges {
    /// Role whose future objects are meant.
    pub owner: Name,
    /// Schema, or `None` for all.
    pub schema: Option<Name>,
    /// Kind of object.
    pub target: PrivilegeTarget,
    /// The grant, or what is revoked from PostgreSQL's default.
    pub grant: Grant,
    /// True when the default of PostgreSQL is taken away rather than something granted.
    pub revoked: bool,
}

/// Kinds of objects that default privileges are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PrivilegeTarget {
    /// Tables and views.
    Tables,
    /// Sequences.
    Sequences,
    /// Functions and procedures.
    Routines,
    /// Types and domains.
    Types,
    /// Schemas.
    Schemas,
    /// Large objects (PostgreSQL 18).
    LargeObjects,
}
