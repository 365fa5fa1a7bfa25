//! Foreign data: wrappers, servers, user mappings, and what makes a table foreign.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Grant, Name, QualifiedName};

/// A foreign-data wrapper.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForeignDataWrapper {
    /// HANDLER.
    pub handler: Option<QualifiedName>,
    /// VALIDATOR.
    pub validator: Option<QualifiedName>,
    /// OPTIONS.
    pub options: BTreeMap<String, String>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON FOREIGN DATA WRAPPER`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner.
    pub grants: BTreeSet<Grant>,
}

/// A foreign server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForeignServer {
    /// The wrapper.
    pub wrapper: Name,
    /// TYPE.
    pub server_type: Option<String>,
    /// VERSION.
    pub version: Option<String>,
    /// OPTIONS.
    pub options: BTreeMap<String, String>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON SERVER`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner.
    pub grants: BTreeSet<Grant>,
}

/// What identifies a user mapping.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserMappingName {
    /// The role, or `None` for PUBLIC.
    pub user: Option<Name>,
    /// The server.
    pub server: Name,
}

impl fmt::Display for UserMappingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_ref().map_or("PUBLIC".to_owned(), Name::quoted);
        write!(f, "FOR {user} SERVER {}", self.server.quoted())
    }
}

impl Serialize for UserMappingName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A user mapping. Secrets are never held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserMapping {
    /// OPTIONS without secrets.
    pub options: BTreeMap<String, String>,
    /// Names of the options that are left out because they are secret, such as `password`.
    pub secrets: BTreeSet<String>,
}

/// What makes a table foreign.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForeignTable {
    /// The server.
    pub server: Name,
    /// OPTIONS.
    pub options: BTreeMap<String, String>,
}

/// True for an option of a user mapping or server whose value is a secret.
pub fn is_secret_option(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "passwd", "pwd", "secret", "token", "passphrase", "credential", "private_key", "access_key", "api_key"]
        .iter()
        .any(|word| name.contains(word))
        // Whether a password is demanded is no secret.
        && name != "password_required"
}
