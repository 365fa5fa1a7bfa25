//! What pairs of rows say: the sets of columns on which two rows agree.

use super::bits::{Bits, Seen};
use super::budget::Budget;
use super::partition::Partition;
use super::verify::each_parallel;

/// Pairs compared for one column at one distance; a column of few values would otherwise give as many
/// as there are rows, and learn nothing.
const PAIRS: usize = 400_000;
/// The share of compared pairs that must say something new for the same column to be asked again.
const WORTH: f64 = 0.01;
/// The furthest distance in a sorted group at which rows are compared.
const FURTHEST: usize = 12;

/// The agree sets known so far. Only the maximal ones matter: for each column those that do not hold
/// it, for the row itself all.
#[derive(Debug)]
pub struct Evidence<const W: usize> {
    seen: Seen<W>,
    fresh: Vec<Bits<W>>,
    /// For each dependent column, and at the end for unique combinations, the maximal agree sets.
    maximal: Vec<Vec<Bits<W>>>,
}

impl<const W: usize> Evidence<W> {
    pub fn new(columns: usize) -> Self {
        Self {
            seen: Seen::new(),
            fresh: Vec::new(),
            maximal: vec![Vec::new(); columns + 1],
        }
    }

    /// Takes an agree set; whether it is new.
    pub fn add(&mut self, agree: Bits<W>) -> bool {
        let new = self.seen.insert(agree);
        if new {
            self.fresh.push(agree);
        }
        new
    }

    /// Puts what was added where it matters; for which dependents (the last one stands for the row)
    /// that changed something.
    pub fn settle(&mut self, threads: usize) -> Vec<bool> {
        let mut fresh = std::mem::take(&mut self.fresh);
        // Large sets first: then no set that is put in is absorbed by a later one of the batch.
        fresh.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        let places: Vec<usize> = (0..self.maximal.len()).collect();
        let maximal = &self.maximal;
        let settled = each_parallel(
            threads,
            &places,
            || (),
            |(), place| merge(&maximal[*place], &fresh, *place, maximal.len() - 1),
        );
        settled
            .into_iter()
            .enumerate()
            .map(|(place, merged)| {
                let changed = merged.is_some();
                if let Some(merged) = merged {
                    self.maximal[place] = merged;
                }
                changed
            })
            .collect()
    }

    /// The edges that a determinant must hit: what the pairs that differ in `dependent` differ in
    /// besides.
    pub fn edges(&self, dependent: usize) -> Vec<Bits<W>> {
        let columns = self.maximal.len() - 1;
        let mut all = Bits::all(columns);
        if dependent < columns {
            all.remove(dependent);
        }
        let agree = self.maximal[dependent].iter();
        agree.map(|agree| all.minus(agree)).collect()
    }
}

fn merge<const W: usize>(
    known: &[Bits<W>],
    fresh: &[Bits<W>],
    place: usize,
    columns: usize,
) -> Option<Vec<Bits<W>>> {
    let mut added: Vec<Bits<W>> = Vec::new();
    for agree in fresh {
        if place < columns && agree.contains(place) {
            continue;
        }
        let covered = |by: &[Bits<W>]| by.iter().any(|k| agree.is_subset(k));
        if !covered(&added) && !covered(known) {
            added.push(*agree);
        }
    }
    if added.is_empty() {
        return None;
    }
    let left = known
        .iter()
        .filter(|k| !added.iter().any(|a| k.is_subset(a)));
    let mut merged: Vec<Bits<W>> = left.copied().collect();
    merged.extend(&added);
    merged.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    Some(merged)
}

/// Compares rows that agree on a column and are alike in others: within each group, sorted by the
/// columns beside it, neighbours at growing distances while that teaches something.
pub fn sample<const W: usize>(
    codes: &[&[u32]],
    singles: &[Partition],
    threads: usize,
    budget: &Budget<'_>,
    evidence: &mut Evidence<W>,
) {
    let columns = codes.len();
    let rows = codes.first().map_or(0, |c| c.len());
    // Row by row: a comparison then touches two places in memory, not two for each column.
    let mut records = vec![0_u32; rows * columns];
    for (column, codes) in codes.iter().enumerate() {
        for (row, code) in codes.iter().enumerate() {
            records[row * columns + column] = *code;
        }
    }
    let record = |row: u32| &records[row as usize * columns..][..columns];
    let all: Vec<usize> = (0..columns).filter(|c| !singles[*c].is_empty()).collect();
    let found = each_parallel(
        threads,
        &all,
        || (),
        |(), column| {
            let sorted = sorted_groups(&singles[*column], *column, columns, &record);
            let mut seen: Seen<W> = Seen::new();
            let mut news = Vec::new();
            for distance in 1..=FURTHEST {
                if budget.is_spent() {
                    break;
                }
                let (mut compared, mut new) = (0, 0);
                'groups: for group in sorted.groups() {
                    for (first, second) in group.iter().zip(group.iter().skip(distance)) {
                        let agree = agree_set(record(*first), record(*second));
                        compared += 1;
                        if seen.insert(agree) {
                            news.push(agree);
                            new += 1;
                        }
                        if compared >= PAIRS {
                            break 'groups;
                        }
                    }
                }
                if compared == 0 || f64::from(new) < WORTH * compared as f64 {
                    break;
                }
            }
            news
        },
    );
    for agree in found.into_iter().flatten() {
        evidence.add(agree);
    }
}

fn sorted_groups<'a>(
    partition: &Partition,
    column: usize,
    columns: usize,
    record: &impl Fn(u32) -> &'a [u32],
) -> Partition {
    let (next, after) = ((column + 1) % columns, (column + 2) % columns);
    partition.sorted_by_key(|row| {
        let record = record(row);
        u64::from(record[next]) << 32 | u64::from(record[after])
    })
}

/// The columns in which two rows have the same code.
pub fn agree_set<const W: usize>(a: &[u32], b: &[u32]) -> Bits<W> {
    let mut agree = Bits::EMPTY;
    for (column, (a, b)) in a.iter().zip(b).enumerate() {
        if a == b {
            agree.insert(column);
        }
    }
    agree
}
