//! Normal forms: which one a relation is in, and what keeps it from a higher one.

use super::{Functional, Multivalued, Relation};
use crate::ColumnSet;

/// The normal forms that dependencies decide, each stricter than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NormalForm {
    /// Nothing but columns with one value each.
    First,
    /// No column outside the keys depends on a part of a key.
    Second,
    /// No column outside the keys depends on anything but a superkey.
    Third,
    /// Nothing depends on anything but a superkey.
    BoyceCodd,
    /// No multivalued dependency either, but on a superkey.
    Fourth,
}

impl std::fmt::Display for NormalForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::First => "1NF",
            Self::Second => "2NF",
            Self::Third => "3NF",
            Self::BoyceCodd => "BCNF",
            Self::Fourth => "4NF",
        })
    }
}

/// A dependency that a normal form forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// A column outside the keys depends on a part of a key; against 2NF.
    Partial {
        /// The dependency.
        dependency: Functional,
        /// The key of which the determinant is a part.
        key: ColumnSet,
    },
    /// A column outside the keys depends on what is neither a superkey nor a part of a key; against
    /// 3NF.
    Transitive {
        /// The dependency.
        dependency: Functional,
    },
    /// A column of a key depends on what is not a superkey; against BCNF.
    OfKey {
        /// The dependency.
        dependency: Functional,
    },
    /// A multivalued dependency on what is not a superkey; against 4NF.
    Multivalued {
        /// The dependency.
        dependency: Multivalued,
    },
}

impl Violation {
    /// The normal form that the dependency violates first.
    pub fn against(&self) -> NormalForm {
        match self {
            Self::Partial { .. } => NormalForm::Second,
            Self::Transitive { .. } => NormalForm::Third,
            Self::OfKey { .. } => NormalForm::BoyceCodd,
            Self::Multivalued { .. } => NormalForm::Fourth,
        }
    }
}

/// The highest normal form that the relation is in. Decided from [`Relation::keys`], whose number can
/// be exponential.
pub fn normal_form(relation: &Relation) -> NormalForm {
    let lowest = violations(relation).first().map(Violation::against);
    match lowest {
        None => NormalForm::Fourth,
        Some(NormalForm::Fourth) => NormalForm::BoyceCodd,
        Some(NormalForm::BoyceCodd) => NormalForm::Third,
        Some(NormalForm::Third) => NormalForm::Second,
        Some(_) => NormalForm::First,
    }
}

/// Every violating dependency, those against the lowest normal form first. Dependencies with the same
/// determinant and against the same form are given as one.
pub fn violations(relation: &Relation) -> Vec<Violation> {
    // With multivalued dependencies there may be functional ones that none of the given says; the
    // closure by dependency basis finds them.
    let relation = &saturated(relation);
    let keys = relation.keys();
    let prime = keys
        .iter()
        .fold(ColumnSet::empty(), |all, key| all.union(key));
    let mut found = Vec::new();
    partial(relation, &keys, &prime, &mut found);
    let mut determinants: Vec<ColumnSet> = relation
        .minimal_cover()
        .into_iter()
        .map(|d| d.determinant)
        .collect();
    determinants.sort();
    determinants.dedup();
    for determinant in determinants {
        if relation.is_superkey(&determinant) {
            continue;
        }
        let dependent = relation.closure(&determinant).difference(&determinant);
        let in_keys = dependent.intersection(&prime);
        let outside = dependent.difference(&prime);
        let part_of_key = keys
            .iter()
            .any(|key| determinant.is_subset(key) && determinant != *key);
        if !outside.is_empty() && !part_of_key {
            found.push(Violation::Transitive {
                dependency: Functional::new(determinant.clone(), outside),
            });
        }
        if !in_keys.is_empty() {
            found.push(Violation::OfKey {
                dependency: Functional::new(determinant, in_keys),
            });
        }
    }
    for dependency in &relation.multivalued {
        let rest = dependency.dependent.difference(&dependency.determinant);
        let trivial = dependency.is_trivial(&relation.columns);
        if !trivial && !relation.is_superkey(&dependency.determinant) {
            found.push(Violation::Multivalued {
                dependency: Multivalued::new(dependency.determinant.clone(), rest),
            });
        }
    }
    found.sort_by_key(Violation::against);
    found
}

/// Partial dependencies. A part of a key may determine something by a chain that no dependency of a
/// cover shows, so every proper part that is the largest of its key is closed, and then narrowed.
fn partial(relation: &Relation, keys: &[ColumnSet], prime: &ColumnSet, found: &mut Vec<Violation>) {
    let mut by_part: Vec<(ColumnSet, ColumnSet, ColumnSet)> = Vec::new();
    for key in keys {
        for left_out in key.iter() {
            let part = key.without(left_out);
            let dependent = relation.closure(&part).difference(&part).difference(prime);
            for column in dependent.iter() {
                let columns: Vec<usize> = part.iter().collect();
                let mut narrow = part.clone();
                for tried in columns.into_iter().rev() {
                    let smaller = narrow.without(tried);
                    if relation.closure(&smaller).contains(column) {
                        narrow = smaller;
                    }
                }
                match by_part.iter_mut().find(|(part, _, _)| *part == narrow) {
                    Some((_, dependent, _)) => {
                        dependent.insert(column);
                    }
                    None => by_part.push((narrow, ColumnSet::single(column), key.clone())),
                }
            }
        }
    }
    by_part.sort();
    found.extend(
        by_part
            .into_iter()
            .map(|(part, dependent, key)| Violation::Partial {
                dependency: Functional::new(part, dependent),
                key,
            }),
    );
}

/// The relation with the functional dependencies that follow from both kinds for the determinants
/// that are given.
fn saturated(relation: &Relation) -> Relation {
    let mut saturated = relation.clone();
    if relation.multivalued.is_empty() {
        return saturated;
    }
    let functional = relation.functional.iter().map(|d| &d.determinant);
    let determinants = functional.chain(relation.multivalued.iter().map(|d| &d.determinant));
    for determinant in determinants {
        let closure = super::basis::closure(relation, determinant);
        let dependency = Functional::new(determinant.clone(), closure.difference(determinant));
        if !dependency.is_trivial() {
            saturated.functional.push(dependency);
        }
    }
    saturated
}
