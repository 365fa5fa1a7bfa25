//! The closure of a set of columns.

use super::Functional;
use crate::ColumnSet;

/// The columns determined by the given ones. Passes over the dependencies until nothing is added,
/// dropping those that have fired.
pub fn closure(dependencies: &[Functional], columns: &ColumnSet) -> ColumnSet {
    closure_of(dependencies.iter(), columns)
}

/// As [`closure`], over references.
pub fn closure_of<'a>(
    dependencies: impl Iterator<Item = &'a Functional>,
    columns: &ColumnSet,
) -> ColumnSet {
    let mut closure = columns.clone();
    let mut waiting: Vec<&Functional> = dependencies.collect();
    loop {
        let before = waiting.len();
        waiting.retain(|dependency| {
            let fires = dependency.determinant.is_subset(&closure);
            if fires {
                closure = closure.union(&dependency.dependent);
            }
            !fires
        });
        if waiting.len() == before {
            return closure;
        }
    }
}
