//! Pieces of rule tests that many families need.

use crate::fixtures::{Fixtures, Row};
use crate::testing::{Case, Expected};

/// The INSERTs of a row and of what must stand beside it (its role, its parts), when all that it
/// needs is there already.
pub fn insert_beside(fixtures: &Fixtures<'_>, row: &Row) -> Vec<String> {
    let needed = fixtures.needs(&[row]);
    let mut all = fixtures.insert(&[row]);
    all.retain(|statement| !needed.contains(statement));
    all
}

/// A row that must be accepted.
pub fn accepted(fixtures: &Fixtures<'_>, says: impl Into<String>, row: &Row) -> Case {
    Case {
        says: says.into(),
        statements: insert_beside(fixtures, row),
        expected: Expected::Accepted,
    }
}
