//! The chase: whether a decomposition loses nothing when it is joined again.

use super::{Functional, Relation};
use crate::ColumnSet;

/// Whether the natural join of the parts gives back the relation, for every content that its
/// functional dependencies allow (Aho, Beeri and Ullman 1979).
pub fn is_lossless(relation: &Relation, parts: &[ColumnSet]) -> bool {
    let columns: Vec<usize> = relation.columns.iter().collect();
    let width = columns.last().map_or(0, |last| last + 1);
    // A row for each part: 0 is the distinguished symbol, any other number its own.
    let mut rows: Vec<Vec<usize>> = parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            (0..width)
                .map(|column| if part.contains(column) { 0 } else { index + 1 })
                .collect()
        })
        .collect();
    while relation.functional.iter().any(|d| equate(&mut rows, d)) {}
    rows.iter()
        .any(|row| columns.iter().all(|column| row[*column] == 0))
}

/// Makes rows that agree on the determinant agree on the dependent columns; whether that changed
/// anything.
fn equate(rows: &mut [Vec<usize>], dependency: &Functional) -> bool {
    let mut changed = false;
    for first in 0..rows.len() {
        for second in first + 1..rows.len() {
            let agree = |column| rows[first][column] == rows[second][column];
            if !dependency.determinant.iter().all(agree) {
                continue;
            }
            for column in dependency.dependent.iter() {
                let (a, b) = (rows[first][column], rows[second][column]);
                if a == b {
                    continue;
                }
                for row in rows.iter_mut() {
                    if row[column] == a.max(b) {
                        row[column] = a.min(b);
                    }
                }
                changed = true;
            }
        }
    }
    changed
}
