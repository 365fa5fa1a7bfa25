//! Procedural languages and access methods: what C code adds to a server.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{Grant, Name, Privilege, QualifiedName};

/// A procedural language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Language {
    /// TRUSTED.
    pub trusted: bool,
    /// HANDLER.
    pub handler: Option<QualifiedName>,
    /// INLINE.
    pub inline: Option<QualifiedName>,
    /// VALIDATOR.
    pub validator: Option<QualifiedName>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON LANGUAGE`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner; by default PUBLIC has USAGE of a trusted language.
    pub grants: BTreeSet<Grant>,
}

impl Language {
    /// A language with PostgreSQL's default privileges.
    pub fn new(trusted: bool, handler: Option<QualifiedName>) -> Self {
        Self {
            trusted,
            handler,
            inline: None,
            validator: None,
            owner: None,
            comment: None,
            grants: if trusted {
                BTreeSet::from([Grant::to_public(Privilege::Usage)])
            } else {
                BTreeSet::new()
            },
        }
    }
}

/// An access method of tables or indexes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccessMethod {
    /// TYPE TABLE, as opposed to TYPE INDEX.
    pub for_tables: bool,
    /// HANDLER.
    pub handler: QualifiedName,
    /// `COMMENT ON ACCESS METHOD`.
    pub comment: Option<String>,
}
