//! The minimal cover of a set of functional dependencies.

use super::Functional;
use super::closure::{closure, closure_of};
use crate::ColumnSet;

/// A minimal cover, in order. Among the covers there may be, columns are tried for removal from the
/// highest and dependencies from the last, so that earlier ones stay.
pub fn minimal_cover(dependencies: &[Functional]) -> Vec<Functional> {
    let mut cover: Vec<Functional> = dependencies
        .iter()
        .flat_map(|d| {
            let dependents = d.dependent.difference(&d.determinant);
            let dependents: Vec<usize> = dependents.iter().collect();
            dependents
                .into_iter()
                .map(|column| Functional::new(d.determinant.clone(), ColumnSet::single(column)))
        })
        .collect();
    cover.sort();
    cover.dedup();
    for index in 0..cover.len() {
        let columns: Vec<usize> = cover[index].determinant.iter().collect();
        for column in columns.into_iter().rev() {
            let smaller = cover[index].determinant.without(column);
            if cover[index].dependent.is_subset(&closure(&cover, &smaller)) {
                cover[index].determinant = smaller;
            }
        }
    }
    cover.sort();
    cover.dedup();
    for index in (0..cover.len()).rev() {
        let others = cover.iter().enumerate();
        let others = others.filter(|(other, _)| *other != index).map(|(_, d)| d);
        let reached = closure_of(others, &cover[index].determinant);
        if cover[index].dependent.is_subset(&reached) {
            cover.remove(index);
        }
    }
    cover
}
