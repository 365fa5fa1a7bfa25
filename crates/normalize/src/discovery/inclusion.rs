//! Inclusion dependencies: the values of some columns are all among the values of others, of the same
//! table or another.
//!
//! Values are looked up in the dictionaries that tables have anyway, column against column, until
//! enough are missing; most pairs fail on their first values. Wider ones are tried only when their
//! parts hold (De Marchi et al. 2002, MIND).

use super::budget::Budget;
use super::verify::each_parallel;
use crate::table::{NULL, Table};

/// The columns of one table, in order of their correspondence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which table, by its position.
    pub table: usize,
    /// The columns.
    pub columns: Vec<usize>,
}

/// An inclusion dependency. As with a foreign key, rows with a null in a dependent column say nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inclusion {
    /// Where the values are.
    pub dependent: Place,
    /// Where they are all found.
    pub referenced: Place,
    /// Distinct values of the dependent columns.
    pub values: usize,
    /// How many of them are not found; 0 when the dependency is exact.
    pub missing: usize,
}

/// How to search for inclusions.
#[derive(Debug, Clone, Copy)]
pub struct InclusionOptions<'a> {
    /// The share of distinct values that may be missing, 0 to 1.
    pub error: f64,
    /// The most columns of an inclusion.
    pub largest: usize,
    /// How many threads search.
    pub threads: usize,
    /// When to stop.
    pub budget: Budget<'a>,
}

impl Default for InclusionOptions<'_> {
    fn default() -> Self {
        Self {
            error: 0.0,
            largest: 1,
            threads: 2,
            budget: Budget::UNLIMITED,
        }
    }
}

/// What was found, and what was not searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inclusions {
    /// Inclusions, in order.
    pub found: Vec<Inclusion>,
    /// How many candidates were left unchecked as time ran out.
    pub unchecked: usize,
    /// Inclusions of more columns were not tried, though there are candidates.
    pub beyond: Option<usize>,
}

/// Finds inclusions between all columns. Columns without values are in none.
///
/// ```
/// use pgwright_normalize::discovery::{InclusionOptions, discover_inclusions};
/// use pgwright_normalize::table::Table;
/// let orders = Table::of(&[&["1", "7"], &["2", "7"]]);
/// let customers = Table::of(&[&["7"], &["8"]]);
/// let found = discover_inclusions(&[&orders, &customers], &InclusionOptions::default()).found;
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].dependent.table, found[0].referenced.table), (0, 1));
/// ```
pub fn discover_inclusions(tables: &[&Table], options: &InclusionOptions<'_>) -> Inclusions {
    let mut result = Inclusions::default();
    let columns: Vec<(usize, usize)> = tables
        .iter()
        .enumerate()
        .flat_map(|(index, table)| (0..table.columns.len()).map(move |column| (index, column)))
        .collect();
    let checked = each_parallel(
        options.threads,
        &columns,
        || (),
        |(), dependent| unary(tables, &columns, *dependent, options),
    );
    let mut level: Vec<Inclusion> = Vec::new();
    for (found, unchecked) in checked {
        level.extend(found);
        result.unchecked += unchecked;
    }
    for width in 2.. {
        let candidates = wider(&level);
        result.found.append(&mut level);
        if candidates.is_empty() {
            break;
        }
        if width > options.largest {
            result.beyond = Some(options.largest);
            break;
        }
        let checked = each_parallel(
            options.threads,
            &candidates,
            || (),
            |(), (from, to)| {
                (!options.budget.is_spent()).then(|| check(tables, from, to, options.error))
            },
        );
        for answer in checked {
            match answer {
                Some(inclusion) => level.extend(inclusion),
                None => result.unchecked += 1,
            }
        }
    }
    result.found.sort();
    result
}

fn unary(
    tables: &[&Table],
    columns: &[(usize, usize)],
    dependent: (usize, usize),
    options: &InclusionOptions<'_>,
) -> (Vec<Inclusion>, usize) {
    let place = |(table, column): (usize, usize)| Place {
        table,
        columns: vec![column],
    };
    let dictionary = |(table, column): (usize, usize)| &tables[table].columns[column].dictionary;
    let values = dictionary(dependent);
    let allowed = allowed(values.len(), options.error);
    let mut found = Vec::new();
    let mut unchecked = 0;
    for referenced in columns.iter().filter(|r| **r != dependent) {
        let others = dictionary(*referenced);
        if values.is_empty() || others.len() + allowed < values.len() {
            continue;
        }
        if options.budget.is_spent() {
            unchecked += 1;
            continue;
        }
        let absent = values.values().filter(|value| others.code(value).is_none());
        let missing = absent.take(allowed + 1).count();
        if missing <= allowed && missing < values.len() {
            found.push(Inclusion {
                dependent: place(dependent),
                referenced: place(*referenced),
                values: values.len(),
                missing,
            });
        }
    }
    (found, unchecked)
}

fn allowed(values: usize, error: f64) -> usize {
    (values as f64 * error.clamp(0.0, 1.0)).floor() as usize
}

/// Candidates with one column more, all of whose parts are inclusions. Dependent columns ascend, so
/// that each is made once.
fn wider(level: &[Inclusion]) -> Vec<(Place, Place)> {
    let known = |from: &Place, to: &Place| {
        level
            .iter()
            .any(|i| i.dependent == *from && i.referenced == *to)
    };
    let mut candidates = Vec::new();
    for a in level {
        for b in level {
            let (from_a, from_b) = (&a.dependent, &b.dependent);
            let (to_a, to_b) = (&a.referenced, &b.referenced);
            let last = from_a.columns.len() - 1;
            let joins = from_a.table == from_b.table
                && to_a.table == to_b.table
                && from_a.columns[..last] == from_b.columns[..last]
                && to_a.columns[..last] == to_b.columns[..last]
                && from_a.columns[last] < from_b.columns[last]
                && !to_a.columns.contains(&to_b.columns[last]);
            if !joins {
                continue;
            }
            let mut from = from_a.clone();
            let mut to = to_a.clone();
            from.columns.push(from_b.columns[last]);
            to.columns.push(to_b.columns[last]);
            let parts = (0..from.columns.len()).all(|left_out| {
                let mut from = from.clone();
                let mut to = to.clone();
                from.columns.remove(left_out);
                to.columns.remove(left_out);
                known(&from, &to)
            });
            if parts {
                candidates.push((from, to));
            }
        }
    }
    candidates.sort();
    candidates
}

/// Checks an inclusion on all rows; `None` when more values are missing than may.
pub fn check(tables: &[&Table], from: &Place, to: &Place, error: f64) -> Option<Inclusion> {
    let (source, target) = (tables[from.table], tables[to.table]);
    // The referenced column's code for each code of the dependent column; NULL where there is none.
    let translated: Vec<Vec<u32>> = from
        .columns
        .iter()
        .zip(&to.columns)
        .map(|(from, to)| {
            let dictionary = &target.columns[*to].dictionary;
            let values = source.columns[*from].dictionary.values();
            let codes = values.map(|value| dictionary.code(value).unwrap_or(u32::MAX));
            std::iter::once(NULL).chain(codes).collect()
        })
        .collect();
    let there = tuples(target, &to.columns);
    // Codes of the dependent table tell distinct tuples apart where the referenced one has no code.
    let wanted = tuples(source, &from.columns);
    let allowed = allowed(wanted.len(), error);
    let mut missing = 0;
    for tuple in &wanted {
        let translated: Vec<u32> = tuple
            .iter()
            .zip(&translated)
            .map(|(code, table)| table[*code as usize])
            .collect();
        if there.binary_search(&translated).is_err() {
            missing += 1;
            if missing > allowed {
                return None;
            }
        }
    }
    (missing < wanted.len()).then(|| Inclusion {
        dependent: from.clone(),
        referenced: to.clone(),
        values: wanted.len(),
        missing,
    })
}

/// The distinct tuples without a null, in order.
fn tuples(table: &Table, columns: &[usize]) -> Vec<Vec<u32>> {
    let mut tuples: Vec<Vec<u32>> = (0..table.rows())
        .map(|row| {
            let cells = columns.iter();
            cells
                .map(|column| table.columns[*column].codes[row])
                .collect::<Vec<u32>>()
        })
        .filter(|tuple| !tuple.contains(&NULL))
        .collect();
    tuples.sort_unstable();
    tuples.dedup();
    tuples
}
