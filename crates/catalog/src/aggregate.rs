//! Aggregate functions.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{Argument, Grant, Name, Privilege};

/// An aggregate; its key is its name with the types of its arguments, the direct ones first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Aggregate {
    /// Arguments in order, the direct ones first; empty is `*`.
    pub arguments: Vec<Argument>,
    /// How many arguments are direct: `Some` for an ordered-set aggregate, whose other arguments stand
    /// after ORDER BY.
    pub direct_arguments: Option<usize>,
    /// The parameters of `CREATE AGGREGATE` by their names in the manual, in lower case (`sfunc`,
    /// `stype`, `initcond`, `parallel`, `hypothetical` …), as SQL text; what has its default is left
    /// out. Functions and types are spelled as the server prints them with an empty search path
    /// (`int4pl`, `crm.add`), strings are quoted (`initcond` → `'0'`), flags are `true`, words are in
    /// lower case (`safe`, `read_only`), and `sortop` is `OPERATOR(schema.name)`.
    pub parameters: BTreeMap<String, String>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON AGGREGATE`.
    pub comment: Option<String>,
    /// Privileges of everyone but the owner; by default PUBLIC has EXECUTE.
    pub grants: BTreeSet<Grant>,
}

impl Aggregate {
    /// An aggregate with PostgreSQL's default privileges.
    pub fn new(arguments: Vec<Argument>, parameters: BTreeMap<String, String>) -> Self {
        Self {
            arguments,
            direct_arguments: None,
            parameters,
            owner: None,
            comment: None,
            grants: BTreeSet::from([Grant::to_public(Privilege::Execute)]),
        }
    }
}
