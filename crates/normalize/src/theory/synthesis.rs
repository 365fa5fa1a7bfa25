//! Third normal form by synthesis (Bernstein 1976, with a key relation after Biskup, Dayal and
//! Bernstein 1979): lossless, and every dependency can be checked in one relation.

use super::Relation;
use crate::ColumnSet;

/// The column sets of relations in 3NF that keep every functional dependency and lose nothing.
/// Deterministic; larger sets absorb the smaller ones inside them. Multivalued dependencies are not
/// looked at.
///
/// ```
/// use pgwright_normalize::theory::{Functional, Relation, synthesise_3nf};
/// // order → customer, customer → city
/// let relation = Relation::new(3, vec![Functional::new([0], [1]), Functional::new([1], [2])]);
/// assert_eq!(synthesise_3nf(&relation), [[0, 1].into(), [1, 2].into()]);
/// ```
pub fn synthesise_3nf(relation: &Relation) -> Vec<ColumnSet> {
    let cover = relation.minimal_cover();
    // One relation for determinants that determine each other.
    let mut groups: Vec<(ColumnSet, ColumnSet)> = Vec::new();
    for dependency in &cover {
        let closure = relation.closure(&dependency.determinant);
        let columns = dependency.determinant.union(&dependency.dependent);
        match groups.iter_mut().find(|(known, _)| *known == closure) {
            Some((_, group)) => *group = group.union(&columns),
            None => groups.push((closure, columns)),
        }
    }
    let mut parts: Vec<ColumnSet> = groups.into_iter().map(|(_, columns)| columns).collect();
    // Joining equivalent determinants can bring a transitive dependency along; such a group is taken
    // apart again into one relation for each determinant.
    parts = parts
        .into_iter()
        .flat_map(|part| split_unless_3nf(relation, &cover, part))
        .collect();
    if !parts.iter().any(|part| relation.is_superkey(part))
        && let Some(key) = relation.keys().into_iter().next()
    {
        parts.push(key);
    }
    // Columns that no dependency names are in every key, and so in the key relation.
    parts.sort();
    parts.dedup();
    let all = parts.clone();
    parts.retain(|part| {
        !all.iter()
            .any(|other| part != other && part.is_subset(other))
    });
    parts
}

fn split_unless_3nf(
    relation: &Relation,
    cover: &[super::Functional],
    part: ColumnSet,
) -> Vec<ColumnSet> {
    let inside: Vec<super::Functional> = cover
        .iter()
        .filter(|d| d.determinant.union(&d.dependent).is_subset(&part))
        .cloned()
        .collect();
    let whole = Relation {
        columns: part.clone(),
        functional: inside.clone(),
        multivalued: Vec::new(),
    };
    let keys = whole.keys();
    let offending = inside.iter().any(|d| {
        !part.is_subset(&relation.closure(&d.determinant))
            && !keys.iter().any(|key| d.dependent.is_subset(key))
    });
    if !offending {
        return vec![part];
    }
    let mut by_determinant: Vec<(ColumnSet, ColumnSet)> = Vec::new();
    for d in inside {
        let columns = d.determinant.union(&d.dependent);
        match by_determinant
            .iter_mut()
            .find(|(known, _)| *known == d.determinant)
        {
            Some((_, group)) => *group = group.union(&columns),
            None => by_determinant.push((d.determinant, columns)),
        }
    }
    by_determinant
        .into_iter()
        .map(|(_, columns)| columns)
        .collect()
}
