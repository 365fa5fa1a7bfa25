//! Dependencies that hold but for a few rows: the error is g3, the smallest share of rows without
//! which the dependency holds (Kivinen and Mannila 1995).
//!
//! Pairs of rows cannot refute such a dependency, so the search advances on the border itself: a
//! candidate that fails is widened until anything more would hold; minimal dependencies are the minimal
//! hitting sets of what those widest failures leave out (Gunopulos et al. 2003, Dualize and Advance).

use std::borrow::Cow;

use super::bits::{Bits, Seen};
use super::budget::{Options, Unsearched};
use super::exact::{Dependency, MOST_COLUMNS, TooManyColumns, comparable};
use super::hitting::minimal_hitting_sets;
use super::partition::{Partition, Scratch};
use super::verify::each_parallel;
use crate::ColumnSet;
use crate::table::Table;

/// A minimal dependency that may have exceptions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Approximate {
    /// The dependency.
    pub dependency: Dependency,
    /// The fewest rows without which it holds on all others.
    pub exceptions: usize,
}

/// A minimal column combination that is unique but for a few rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApproximateUnique {
    /// The columns.
    pub columns: ColumnSet,
    /// The fewest rows without which it is unique.
    pub exceptions: usize,
}

/// What was found, and what was not searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approximates {
    /// Functional dependencies, in order.
    pub functional: Vec<Approximate>,
    /// Unique combinations, in order.
    pub unique: Vec<ApproximateUnique>,
    /// What is not known.
    pub unsearched: Unsearched,
}

/// Finds every minimal dependency and unique combination with an error of at most `error`, a share
/// of the rows from 0 to 1. "Minimal" counts only combinations within the error: a dependency of
/// fewer columns may hold with more exceptions.
///
/// # Errors
/// When the table has more than 1600 columns.
///
/// ```
/// use pgwright_normalize::discovery::{Options, discover_approximate};
/// use pgwright_normalize::table::Table;
/// let table = Table::of(&[&["8001", "Zürich"], &["8001", "Zürich"], &["8001", "Zuerich"]]);
/// let found = discover_approximate(&table, 0.4, &Options::default()).expect("few columns");
/// // Both columns are constant, one of them but for a row.
/// assert_eq!(found.functional[1].exceptions, 1);
/// ```
pub fn discover_approximate(
    table: &Table,
    error: f64,
    options: &Options<'_>,
) -> Result<Approximates, TooManyColumns> {
    match table.columns.len() {
        0..=64 => Ok(search::<1>(table, error, options)),
        65..=256 => Ok(search::<4>(table, error, options)),
        257..=MOST_COLUMNS => Ok(search::<25>(table, error, options)),
        _ => Err(TooManyColumns),
    }
}

fn search<const W: usize>(table: &Table, error: f64, options: &Options<'_>) -> Approximates {
    let columns = table.columns.len();
    let data: Vec<(Cow<'_, [u32]>, usize)> = (0..columns)
        .map(|column| comparable(table, column, options.nulls))
        .collect();
    let codes: Vec<&[u32]> = data.iter().map(|(codes, _)| &codes[..]).collect();
    let cardinality = data.iter().map(|(_, values)| *values).max().unwrap_or(0);
    let whole = Partition::whole(table.rows());
    let allowed = (error.clamp(0.0, 1.0) * table.rows() as f64).floor() as usize;
    let dependents: Vec<usize> = (0..=columns).collect();
    let borders = each_parallel(
        options.threads,
        &dependents,
        || Scratch::new(cardinality.max(1)),
        |scratch, dependent| {
            let mut border = Border::<W> {
                codes: &codes,
                whole: &whole,
                scratch,
                dependent: *dependent,
                allowed,
                options,
                path: Vec::new(),
                failing: Vec::new(),
                holding: Vec::new(),
            };
            let open = border.run();
            (border.holding, open)
        },
    );
    let mut found = Approximates::default();
    let names: Vec<usize> = (0..columns).collect();
    found.unsearched.beyond = options.largest.filter(|largest| *largest < columns);
    for (dependent, (holding, open)) in borders.into_iter().enumerate() {
        for (set, exceptions) in holding {
            let set = set.to_set(&names);
            if dependent < columns {
                found.functional.push(Approximate {
                    dependency: Dependency {
                        determinant: set,
                        dependent,
                    },
                    exceptions,
                });
            } else {
                found.unique.push(ApproximateUnique {
                    columns: set,
                    exceptions,
                });
            }
        }
        match open {
            Some(open) if dependent < columns => {
                found.unsearched.dependents.push((dependent, open))
            }
            Some(open) => found.unsearched.unique = Some(open),
            None => {}
        }
    }
    found.functional.sort();
    found.unique.sort();
    found
}

/// The border between what holds and what does not, for one dependent.
struct Border<'a, 's, const W: usize> {
    codes: &'a [&'a [u32]],
    whole: &'a Partition,
    scratch: &'s mut Scratch,
    /// A column, or the number after the last for the row itself.
    dependent: usize,
    allowed: usize,
    options: &'a Options<'a>,
    /// The columns of the last candidate with the partition by each and those before it.
    path: Vec<(usize, Partition)>,
    /// The widest combinations that fail.
    failing: Vec<Bits<W>>,
    holding: Vec<(Bits<W>, usize)>,
}

impl<const W: usize> Border<'_, '_, W> {
    /// Runs to the end; what is left open otherwise, as in [`Unsearched`].
    fn run(&mut self) -> Option<Option<usize>> {
        let columns = self.codes.len();
        let mut all = Bits::<W>::all(columns);
        if self.dependent < columns {
            all.remove(self.dependent);
        }
        let largest = self.options.largest.unwrap_or(columns);
        let mut checked: Seen<W> = Seen::new();
        loop {
            let edges: Vec<Bits<W>> = self.failing.iter().map(|f| all.minus(f)).collect();
            let listed = minimal_hitting_sets(&edges, columns, largest, &self.options.budget);
            let Ok(mut candidates) = listed else {
                return Some(None);
            };
            candidates.retain(|set| !checked.contains(set));
            candidates.sort_unstable_by(Bits::by_prefix);
            let mut advanced = false;
            for (place, candidate) in candidates.iter().enumerate() {
                if self.options.budget.is_spent() {
                    let left = candidates.len() - place;
                    return Some((!advanced).then_some(left));
                }
                if self.failing.iter().any(|f| candidate.is_subset(f)) {
                    continue;
                }
                let exceptions = self.exceptions(candidate);
                if exceptions <= self.allowed {
                    checked.insert(*candidate);
                    self.holding.push((*candidate, exceptions));
                } else {
                    let widest = self.widen(*candidate, &all);
                    self.failing.retain(|f| !f.is_subset(&widest));
                    self.failing.push(widest);
                    advanced = true;
                }
            }
            if !advanced {
                return None;
            }
        }
    }

    /// Rows to be left out so that the columns determine the dependent.
    fn exceptions(&mut self, candidate: &Bits<W>) -> usize {
        let columns: Vec<usize> = candidate.iter().collect();
        let shared = self.path.iter().zip(&columns);
        let shared = shared.take_while(|((a, _), b)| a == *b).count();
        self.path.truncate(shared);
        for column in &columns[shared..] {
            let mut refined = Partition::default();
            let parent = self.path.last().map_or(self.whole, |(_, p)| p);
            self.scratch
                .refine(parent, self.codes[*column], &mut refined);
            self.path.push((*column, refined));
        }
        let partition = self.path.last().map_or(self.whole, |(_, p)| p);
        let dependent = self.codes.get(self.dependent).copied();
        self.scratch.exceptions(partition, dependent)
    }

    /// Adds columns to a failing candidate as long as it fails.
    fn widen(&mut self, candidate: Bits<W>, all: &Bits<W>) -> Bits<W> {
        let mut widest = candidate;
        let mut partition = self.path.last().map_or(self.whole, |(_, p)| p).clone();
        let mut refined = Partition::default();
        let dependent = self.codes.get(self.dependent).copied();
        for column in all.minus(&candidate).iter() {
            self.scratch
                .refine(&partition, self.codes[column], &mut refined);
            if self.scratch.exceptions(&refined, dependent) > self.allowed {
                widest.insert(column);
                std::mem::swap(&mut partition, &mut refined);
            }
        }
        widest
    }
}
