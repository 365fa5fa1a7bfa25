//! Candidate keys, after Lucchesi and Osborn (1978): polynomial in the number of keys there are.

use std::collections::BTreeSet;

use super::Functional;
use super::closure::closure;
use crate::ColumnSet;

/// Every candidate key, smallest first.
pub fn keys(columns: &ColumnSet, dependencies: &[Functional]) -> Vec<ColumnSet> {
    let first = minimise(columns, dependencies, columns.clone());
    let mut keys = BTreeSet::from([first.clone()]);
    let mut waiting = vec![first];
    while let Some(key) = waiting.pop() {
        for dependency in dependencies {
            // Replacing what the dependency gives by its determinant keeps the set a superkey; a key
            // that is not known yet is inside unless a known one is.
            let candidate = dependency
                .determinant
                .union(&key.difference(&dependency.dependent));
            if keys.iter().any(|known| known.is_subset(&candidate)) {
                continue;
            }
            let new = minimise(columns, dependencies, candidate);
            keys.insert(new.clone());
            waiting.push(new);
        }
    }
    keys.into_iter().collect()
}

/// The key that is left of a superkey when columns are tried for removal from the highest.
fn minimise(columns: &ColumnSet, dependencies: &[Functional], superkey: ColumnSet) -> ColumnSet {
    let tried: Vec<usize> = superkey.iter().collect();
    let mut key = superkey;
    for column in tried.into_iter().rev() {
        let smaller = key.without(column);
        if columns.is_subset(&closure(dependencies, &smaller)) {
            key = smaller;
        }
    }
    key
}
