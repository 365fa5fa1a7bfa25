//! Dependencies of one column on one other or on a few, with what speaks for them.

use super::partition::{Partition, Scratch};
use super::verify::each_parallel;
use crate::table::{NULL, Table};

/// How one column depends on others. Rows in which a determining column is null say nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Which of the determinants, by its position in the list that was asked for.
    pub determinant: usize,
    /// The dependent column.
    pub dependent: usize,
    /// Rows without a null in the determinant.
    pub rows: usize,
    /// Distinct values of the determinant.
    pub values: usize,
    /// The fewest rows without which the dependency holds.
    pub exceptions: usize,
    /// How many exceptions there would be, about, if the dependent column were dealt out by chance:
    /// the weight of the evidence. Nearly 0 for a determinant that hardly repeats, or a dependent
    /// column that is nearly constant.
    pub by_chance: f64,
}

/// For each determinant, of one column or a few, the columns that depend on it with an error of at most
/// `error`, a share of the rows that say something.
pub fn pairs(
    table: &Table,
    determinants: &[Vec<usize>],
    dependents: &[usize],
    error: f64,
    threads: usize,
) -> Vec<Pair> {
    let cardinality = table.columns.iter().map(|c| c.dictionary.len() + 1).max();
    // The chance that two rows drawn at random agree.
    let agree: Vec<f64> = dependents
        .iter()
        .map(|column| {
            let rows = table.rows().max(1) as f64;
            let counts = table.columns[*column].frequencies();
            counts.iter().map(|n| (f64::from(*n) / rows).powi(2)).sum()
        })
        .collect();
    let places: Vec<usize> = (0..determinants.len()).collect();
    let scratch = || Scratch::new(cardinality.unwrap_or(1));
    let found = each_parallel(threads, &places, scratch, |scratch, place| {
        let columns = &determinants[*place];
        let codes = |column: &usize| &table.columns[*column].codes[..];
        let known: Vec<u32> = (0..table.rows() as u32)
            .filter(|row| columns.iter().all(|c| codes(c)[*row as usize] != NULL))
            .collect();
        let rows = known.len();
        let mut partition = Partition::group(known);
        let mut refined = Partition::default();
        for column in columns {
            scratch.refine(&partition, codes(column), &mut refined);
            std::mem::swap(&mut partition, &mut refined);
        }
        let values = rows - partition.len() + partition.count();
        let most = (error * rows as f64).floor() as usize;
        let mut found = Vec::new();
        for (dependent, agree) in dependents.iter().zip(&agree) {
            if columns.contains(dependent) {
                continue;
            }
            let exceptions = scratch.exceptions_within(&partition, codes(dependent), most);
            let Some(exceptions) = exceptions else {
                continue;
            };
            found.push(Pair {
                determinant: *place,
                dependent: *dependent,
                rows,
                values,
                exceptions,
                by_chance: (partition.len() - partition.count()) as f64 * (1.0 - agree),
            });
        }
        found
    });
    found.into_iter().flatten().collect()
}
