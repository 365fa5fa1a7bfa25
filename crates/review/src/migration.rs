//! Migrations: what their statements do to a schema that is in use.

use std::collections::BTreeMap;

use pgwright_ddl::read::Place;

use crate::finding::Occurrence;

/// A statement of a migration with the schema before it.
#[derive(Debug)]
pub struct StatementContext<'a> {
    place: &'a Place,
}

/// Looks at the statements of migrations as they are read.
#[derive(Debug, Default)]
pub struct Linter {}

/// What was found in the statements of migrations, by rule.
#[derive(Debug, Default)]
pub struct Migration {
    found: BTreeMap<&'static str, Vec<(Occurrence, Option<Place>)>>,
}

impl Migration {
    pub(crate) fn found(&self, rule: &str) -> Vec<(Occurrence, Option<Place>)> {
        self.found.get(rule).cloned().unwrap_or_default()
    }
}
