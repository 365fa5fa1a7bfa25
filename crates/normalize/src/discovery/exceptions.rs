//! How well one given dependency holds, and on which rows it does not.

use super::budget::Nulls;
use super::exact::comparable;
use super::partition::{Partition, Scratch};
use crate::ColumnSet;
use crate::table::{NULL, Table};

/// How a dependency fares on a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Support {
    /// Rows looked at: those where no column of the determinant is null.
    pub rows: usize,
    /// Distinct values of the determinant.
    pub values: usize,
    /// Rows that share their value of the determinant with another row: those that could have
    /// refuted the dependency.
    pub repeated: usize,
    /// Rows that differ from most of the rows with the same determinant, each with a row that most
    /// agree with; in order of rows.
    pub exceptions: Vec<Exception>,
}

/// A row on which a dependency does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exception {
    /// The row, from 0.
    pub row: usize,
    /// A row with the same determinant and the value that most have.
    pub usual: usize,
}

/// Looks at one dependency. Rows in which a determining column is null say nothing about it. Where two
/// values of the dependent column are equally frequent, the one that comes first is the usual one.
pub fn support(table: &Table, determinant: &ColumnSet, dependent: &ColumnSet) -> Support {
    let mut support = Support::default();
    let known = |row: &u32| {
        determinant
            .iter()
            .all(|column| table.columns[column].codes[*row as usize] != NULL)
    };
    let rows: Vec<u32> = (0..table.rows() as u32).filter(known).collect();
    support.rows = rows.len();
    let (partition, values) = groups(table, rows, determinant);
    support.values = values;
    let dependents: Vec<&[u32]> = dependent
        .iter()
        .map(|column| &table.columns[column].codes[..])
        .collect();
    let value = |row: u32| -> Vec<u32> { dependents.iter().map(|c| c[row as usize]).collect() };
    for group in partition.groups() {
        support.repeated += group.len();
        let first = value(group[0]);
        let same = |row: &u32| {
            dependents
                .iter()
                .zip(&first)
                .all(|(c, v)| c[*row as usize] == *v)
        };
        if group.iter().all(same) {
            continue;
        }
        let mut counted: Vec<(Vec<u32>, u32, usize)> = Vec::new();
        for row in group {
            let value = value(*row);
            match counted.iter_mut().find(|(known, _, _)| *known == value) {
                Some((_, _, count)) => *count += 1,
                None => counted.push((value, *row, 1)),
            }
        }
        let most = counted.iter().map(|(_, _, count)| *count).max();
        let usual = counted.iter().find(|(_, _, count)| Some(*count) == most);
        let Some((usual_value, usual, _)) = usual else {
            continue;
        };
        let others = group.iter().filter(|row| value(**row) != *usual_value);
        support.exceptions.extend(others.map(|row| Exception {
            row: *row as usize,
            usual: *usual as usize,
        }));
    }
    support.exceptions.sort_unstable();
    support
}

/// The groups of the given rows by some columns, and how many distinct values those have.
fn groups(table: &Table, rows: Vec<u32>, columns: &ColumnSet) -> (Partition, usize) {
    let total = rows.len();
    let mut partition = Partition::group(rows);
    let mut refined = Partition::default();
    for column in columns.iter() {
        let (codes, values) = comparable(table, column, Nulls::Equal);
        Scratch::new(values).refine(&partition, &codes, &mut refined);
        std::mem::swap(&mut partition, &mut refined);
    }
    let alone = total - partition.len();
    let values = partition.count() + alone;
    (partition, values)
}
