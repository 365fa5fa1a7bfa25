//! The dependency basis, after Beeri (1980): what functional and multivalued dependencies imply
//! together.

use super::{Multivalued, Relation};
use crate::ColumnSet;

/// The blocks of the dependency basis of `columns`, in order; they partition the relation's other
/// columns.
pub fn basis(relation: &Relation, columns: &ColumnSet) -> Vec<ColumnSet> {
    // A functional dependency is a multivalued one for each of its dependent columns.
    let functional = relation.functional.iter().flat_map(|d| {
        let dependents: Vec<usize> = d.dependent.iter().collect();
        dependents
            .into_iter()
            .map(|column| (&d.determinant, ColumnSet::single(column)))
    });
    let multivalued = relation
        .multivalued
        .iter()
        .map(|d| (&d.determinant, d.dependent.clone()));
    let dependencies: Vec<(&ColumnSet, ColumnSet)> = functional.chain(multivalued).collect();
    let rest = relation.columns.difference(columns);
    let mut blocks: Vec<ColumnSet> = Vec::new();
    if !rest.is_empty() {
        blocks.push(rest);
    }
    'again: loop {
        for (determinant, dependent) in &dependencies {
            for index in 0..blocks.len() {
                let block = &blocks[index];
                let inside = block.intersection(dependent);
                let outside = block.difference(dependent);
                if block.is_disjoint(determinant) && !inside.is_empty() && !outside.is_empty() {
                    blocks[index] = inside;
                    blocks.push(outside);
                    continue 'again;
                }
            }
        }
        blocks.sort();
        return blocks;
    }
}

/// The columns that `columns` determine. A column outside is determined when it is a block of its own
/// and some functional dependency gives it from other columns.
pub fn closure(relation: &Relation, columns: &ColumnSet) -> ColumnSet {
    let mut closure = columns.clone();
    for block in basis(relation, columns) {
        let given = relation
            .functional
            .iter()
            .any(|d| block.is_subset(&d.dependent) && block.is_disjoint(&d.determinant));
        if block.len() == 1 && given {
            closure = closure.union(&block);
        }
    }
    closure
}

/// Whether a multivalued dependency follows.
pub fn implies(relation: &Relation, dependency: &Multivalued) -> bool {
    let wanted = dependency.dependent.difference(&dependency.determinant);
    basis(relation, &dependency.determinant)
        .iter()
        .all(|block| block.is_subset(&wanted) || block.is_disjoint(&wanted))
}
