//! Boyce–Codd and fourth normal form by decomposition: lossless, and with a price that is named.

use super::closure::closure;
use super::{Functional, Relation, basis};
use crate::ColumnSet;

/// What a decomposition gives and what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decomposition {
    /// The column sets of the relations, in order.
    pub parts: Vec<ColumnSet>,
    /// Dependencies of the minimal cover that no longer follow from what each part can check by
    /// itself. Keeping them takes a trigger or an assertion over a join.
    pub lost: Vec<Functional>,
}

/// The functional dependencies that hold on some of the relation's columns, as a minimal cover.
/// Exponential in the number of those columns that are part of a determinant.
pub fn project(relation: &Relation, columns: &ColumnSet) -> Vec<Functional> {
    // Only columns of determinants can matter on the left; each is replaced by what it is reached
    // from, until only wanted columns are left (Gottlob 1987: resolution on unwanted columns).
    let mut dependencies = relation.minimal_cover();
    let unwanted = closure(&dependencies, columns)
        .union(&relation.columns)
        .difference(columns);
    for column in unwanted.iter() {
        let (gives, rest): (Vec<Functional>, Vec<Functional>) = dependencies
            .into_iter()
            .partition(|d| d.dependent.contains(column));
        let (uses, mut kept): (Vec<Functional>, Vec<Functional>) = rest
            .into_iter()
            .partition(|d| d.determinant.contains(column));
        for user in &uses {
            for giver in &gives {
                let determinant = user.determinant.without(column).union(&giver.determinant);
                let resolved = Functional::new(determinant, user.dependent.clone());
                if !resolved.is_trivial() {
                    kept.push(resolved);
                }
            }
        }
        dependencies = without_implied_by_one(kept);
    }
    super::cover::minimal_cover(&dependencies)
}

/// Drops dependencies whose determinant contains that of another with the same dependent column.
fn without_implied_by_one(mut dependencies: Vec<Functional>) -> Vec<Functional> {
    dependencies.sort();
    dependencies.dedup();
    let mut kept: Vec<Functional> = Vec::new();
    for dependency in dependencies {
        let implied = kept.iter().any(|k| {
            k.dependent == dependency.dependent && k.determinant.is_subset(&dependency.determinant)
        });
        if !implied {
            kept.push(dependency);
        }
    }
    kept
}

/// Boyce–Codd normal form. The first violating dependency, in the order of [`ColumnSet`], splits the
/// relation into its closure and the rest.
///
/// ```
/// use pgwright_normalize::theory::{Functional, Relation, decompose_bcnf};
/// // street, city → zip; zip → city: the classic that BCNF cannot keep.
/// let relation = Relation::new(3, vec![Functional::new([0, 1], [2]), Functional::new([2], [1])]);
/// let found = decompose_bcnf(&relation);
/// assert_eq!(found.parts, [[0, 2].into(), [1, 2].into()]);
/// assert_eq!(found.lost, [Functional::new([0, 1], [2])]);
/// ```
pub fn decompose_bcnf(relation: &Relation) -> Decomposition {
    let functional = Relation {
        multivalued: Vec::new(),
        ..relation.clone()
    };
    let mut parts = Vec::new();
    split_bcnf(&functional, &functional.columns, &mut parts);
    finish(&functional, parts)
}

fn split_bcnf(relation: &Relation, columns: &ColumnSet, parts: &mut Vec<ColumnSet>) {
    let here = project(relation, columns);
    let violating = here.iter().find(|d| {
        let reached = closure(&here, &d.determinant);
        !d.is_trivial() && !columns.is_subset(&reached)
    });
    let Some(violating) = violating else {
        parts.push(columns.clone());
        return;
    };
    let reached = closure(&here, &violating.determinant).intersection(columns);
    let rest = columns.difference(&reached.difference(&violating.determinant));
    split_bcnf(relation, &reached, parts);
    split_bcnf(relation, &rest, parts);
}

/// Fourth normal form, by multivalued dependencies and functional ones. A dependency of the whole
/// holds, cut to its columns, in each part that has its determinant; those are what is looked at.
pub fn decompose_4nf(relation: &Relation) -> Decomposition {
    let mut parts = Vec::new();
    split_4nf(relation, &relation.columns, &mut parts);
    finish(relation, parts)
}

fn split_4nf(relation: &Relation, columns: &ColumnSet, parts: &mut Vec<ColumnSet>) {
    let mut determinants: Vec<ColumnSet> = project(relation, columns)
        .into_iter()
        .map(|d| d.determinant)
        .chain(relation.multivalued.iter().map(|d| d.determinant.clone()))
        .filter(|determinant| determinant.is_subset(columns))
        .collect();
    determinants.sort();
    determinants.dedup();
    for determinant in determinants {
        let reached = basis::closure(relation, &determinant);
        if columns.is_subset(&reached) {
            continue;
        }
        let blocks: Vec<ColumnSet> = basis::basis(relation, &determinant)
            .iter()
            .map(|block| block.intersection(columns))
            .filter(|block| !block.is_empty())
            .collect();
        let determined = reached.intersection(columns).difference(&determinant);
        let dependent = if determined.is_empty() {
            match &blocks[..] {
                [first, _, ..] => first.clone(),
                _ => continue,
            }
        } else {
            determined
        };
        split_4nf(relation, &determinant.union(&dependent), parts);
        split_4nf(relation, &columns.difference(&dependent), parts);
        return;
    }
    parts.push(columns.clone());
}

fn finish(relation: &Relation, mut parts: Vec<ColumnSet>) -> Decomposition {
    parts.sort();
    parts.dedup();
    let all = parts.clone();
    parts.retain(|part| {
        !all.iter()
            .any(|other| part != other && part.is_subset(other))
    });
    let lost = relation
        .minimal_cover()
        .into_iter()
        .filter(|d| !is_preserved(relation, &parts, d))
        .collect();
    Decomposition { parts, lost }
}

/// Whether a dependency follows from what the parts can check, without projecting onto them (Beeri
/// and Honeyman 1981).
pub(super) fn is_preserved(relation: &Relation, parts: &[ColumnSet], d: &Functional) -> bool {
    let mut reached = d.determinant.clone();
    loop {
        let before = reached.clone();
        for part in parts {
            let inside = relation.closure(&reached.intersection(part));
            reached = reached.union(&inside.intersection(part));
        }
        if d.dependent.is_subset(&reached) {
            return true;
        }
        if reached == before {
            return false;
        }
    }
}
