//! Minimal functional dependencies and unique column combinations that hold on every row.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::bits::{Bits, Seen};
use super::budget::{Nulls, Options, Unsearched};
use super::evidence::{self, Evidence};
use super::hitting::minimal_hitting_sets;
use super::partition::Partition;
use super::verify::{Candidate, Rows, each_parallel, verify};
use crate::ColumnSet;
use crate::table::{NULL, Table};

/// A minimal functional dependency with one dependent column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The columns that determine; empty when the dependent column is constant.
    pub determinant: ColumnSet,
    /// The column that is determined.
    pub dependent: usize,
}

/// What was found, and what was not searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// Minimal functional dependencies, in order.
    pub functional: Vec<Dependency>,
    /// Minimal unique column combinations, in order; with the empty one when there is at most one
    /// row.
    pub unique: Vec<ColumnSet>,
    /// What is not known.
    pub unsearched: Unsearched,
}

/// A table has more columns than a PostgreSQL table can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyColumns;

/// The most columns of a PostgreSQL table.
pub(super) const MOST_COLUMNS: usize = 1600;

/// Finds every minimal functional dependency and unique column combination of a table.
///
/// # Errors
/// When the table has more than 1600 columns.
///
/// ```
/// use pgwright_normalize::discovery::{Options, discover};
/// use pgwright_normalize::table::Table;
/// let table = Table::of(&[
///     &["1", "8001", "Zürich"],
///     &["2", "8001", "Zürich"],
///     &["3", "3011", "Bern"],
/// ]);
/// let found = discover(&table, &Options::default()).expect("few columns");
/// assert!(found.functional.iter().any(|d| d.determinant == [1].into() && d.dependent == 2));
/// assert_eq!(found.unique, [[0].into()]);
/// assert!(found.unsearched.is_nothing());
/// ```
pub fn discover(table: &Table, options: &Options<'_>) -> Result<Dependencies, TooManyColumns> {
    match table.columns.len() {
        0..=64 => Ok(search::<1>(table, options)),
        65..=128 => Ok(search::<2>(table, options)),
        129..=256 => Ok(search::<4>(table, options)),
        257..=MOST_COLUMNS => Ok(search::<25>(table, options)),
        _ => Err(TooManyColumns),
    }
}

/// Codes in which two rows are equal exactly when their values are, with what nulls are to be.
pub(super) fn comparable(table: &Table, column: usize, nulls: Nulls) -> (Cow<'_, [u32]>, usize) {
    let column = &table.columns[column];
    let values = column.dictionary.len() + 1;
    if nulls == Nulls::Equal || column.nulls == 0 {
        return (Cow::Borrowed(&column.codes), values);
    }
    let mut next = values as u32;
    let codes = column.codes.iter().map(|code| {
        if *code == NULL {
            next += 1;
            next - 1
        } else {
            *code
        }
    });
    (Cow::Owned(codes.collect()), values + column.nulls)
}

fn search<const W: usize>(table: &Table, options: &Options<'_>) -> Dependencies {
    let columns = table.columns.len();
    // Columns with many values first: candidates then share prefixes that leave few rows to look at.
    let mut order: Vec<usize> = (0..columns).collect();
    order.sort_by_key(|c| {
        let column = &table.columns[*c];
        (std::cmp::Reverse(column.dictionary.len()), *c)
    });
    let comparable: Vec<(Cow<'_, [u32]>, usize)> = order
        .iter()
        .map(|column| comparable(table, *column, options.nulls))
        .collect();
    let codes: Vec<&[u32]> = comparable.iter().map(|(codes, _)| &codes[..]).collect();
    let singles = each_parallel(
        options.threads,
        &comparable,
        || (),
        |(), (codes, values)| Partition::of(codes, *values),
    );
    let rows = Rows {
        codes: &codes,
        singles: &singles,
        cardinality: comparable
            .iter()
            .map(|(_, values)| *values)
            .max()
            .unwrap_or(0),
        count: table.rows(),
    };
    let mut evidence: Evidence<W> = Evidence::new(columns);
    evidence::sample(
        &codes,
        &singles,
        options.threads,
        &options.budget,
        &mut evidence,
    );
    Search {
        rows,
        options,
        columns,
        evidence,
        checked: vec![Seen::new(); columns + 1],
        valid: vec![Vec::new(); columns + 1],
        open: vec![Some(Some(0)); columns + 1],
    }
    .run()
    .named(&order, options)
}

struct Search<'a, const W: usize> {
    rows: Rows<'a>,
    options: &'a Options<'a>,
    columns: usize,
    evidence: Evidence<W>,
    /// For each dependent, and at the end for the row: combinations known to determine it.
    checked: Vec<Seen<W>>,
    valid: Vec<Vec<Bits<W>>>,
    /// What is left to do for each: nothing, so many candidates, or an unknown number.
    open: Vec<Option<Option<usize>>>,
}

impl<const W: usize> Search<'_, W> {
    fn run(mut self) -> Self {
        let mut changed = vec![true; self.columns + 1];
        self.evidence.settle(self.options.threads);
        while changed.iter().any(|changed| *changed) {
            let candidates = self.candidates(&changed);
            let verdict = verify(
                self.rows,
                candidates,
                self.options.threads,
                &self.options.budget,
            );
            for candidate in verdict.valid {
                for dependent in candidate.dependents {
                    self.checked[dependent].insert(candidate.columns);
                    self.valid[dependent].push(candidate.columns);
                }
            }
            for (first, second) in verdict.refuting {
                let agree = self.agree(first as usize, second as usize);
                self.evidence.add(agree);
            }
            changed = self.evidence.settle(self.options.threads);
            if self.options.budget.is_spent() {
                self.note_unchecked(&verdict.unchecked, &changed);
                break;
            }
        }
        self
    }

    /// What the evidence allows and was not checked yet, for the dependents whose evidence changed.
    fn candidates(&mut self, changed: &[bool]) -> Vec<Candidate<W>> {
        let dependents: Vec<usize> = (0..=self.columns).filter(|d| changed[*d]).collect();
        let largest = self.options.largest.unwrap_or(self.columns);
        let listed = each_parallel(
            self.options.threads,
            &dependents,
            || (),
            |(), dependent| {
                let edges = self.evidence.edges(*dependent);
                let budget = &self.options.budget;
                let found = minimal_hitting_sets(&edges, self.columns, largest, budget);
                found.map(|mut sets| {
                    sets.retain(|set| !self.checked[*dependent].contains(set));
                    sets
                })
            },
        );
        let mut all: BTreeMap<Bits<W>, Vec<usize>> = BTreeMap::new();
        for (dependent, listed) in dependents.into_iter().zip(listed) {
            match listed {
                Ok(sets) => {
                    self.open[dependent] = None;
                    for set in sets {
                        all.entry(set).or_default().push(dependent);
                    }
                }
                Err(_) => self.open[dependent] = Some(None),
            }
        }
        all.into_iter()
            .map(|(columns, dependents)| Candidate {
                columns,
                dependents,
            })
            .collect()
    }

    fn agree(&self, first: usize, second: usize) -> Bits<W> {
        let mut agree = Bits::EMPTY;
        for (column, codes) in self.rows.codes.iter().enumerate() {
            if codes[first] == codes[second] {
                agree.insert(column);
            }
        }
        agree
    }

    fn note_unchecked(&mut self, unchecked: &[Candidate<W>], changed: &[bool]) {
        for candidate in unchecked {
            for dependent in &candidate.dependents {
                let open = &mut self.open[*dependent];
                *open = match open {
                    Some(None) => Some(None),
                    Some(Some(count)) => Some(Some(*count + 1)),
                    None => Some(Some(1)),
                };
            }
        }
        // Some of these were refuted, so that there are others, which nobody has listed.
        for (open, changed) in self.open.iter_mut().zip(changed) {
            if *changed {
                *open = Some(None);
            }
        }
    }

    fn named(self, order: &[usize], options: &Options<'_>) -> Dependencies {
        let mut found = Dependencies::default();
        for (place, sets) in self.valid.into_iter().enumerate() {
            for set in sets {
                let columns = set.to_set(order);
                match order.get(place) {
                    Some(dependent) => found.functional.push(Dependency {
                        determinant: columns,
                        dependent: *dependent,
                    }),
                    None => found.unique.push(columns),
                }
            }
        }
        found.functional.sort();
        found.unique.sort();
        found.unsearched.beyond = options.largest.filter(|largest| *largest < self.columns);
        for (place, open) in self.open.into_iter().enumerate() {
            let Some(count) = open else { continue };
            match order.get(place) {
                Some(dependent) => found.unsearched.dependents.push((*dependent, count)),
                None => found.unsearched.unique = Some(count),
            }
        }
        found.unsearched.dependents.sort_unstable();
        found
    }
}
