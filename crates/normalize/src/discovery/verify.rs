//! Checks candidates on all rows. Candidates that begin with the same columns are checked together,
//! so that the groups of rows that agree on those are made once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::bits::Bits;
use super::budget::Budget;
use super::partition::{Partition, Scratch};

/// A combination of columns, and what it may determine: columns, or, as the number after the last
/// column, the row.
#[derive(Debug, Clone)]
pub struct Candidate<const W: usize> {
    pub columns: Bits<W>,
    pub dependents: Vec<usize>,
}

/// What checking a batch said.
#[derive(Debug)]
pub struct Verdict<const W: usize> {
    /// Those that hold, with the dependents that do.
    pub valid: Vec<Candidate<W>>,
    /// Pairs of rows that refute the others.
    pub refuting: Vec<(u32, u32)>,
    /// Those that were not looked at, as the budget was spent.
    pub unchecked: Vec<Candidate<W>>,
}

/// The data that candidates are checked on.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Codes of each column.
    pub codes: &'a [&'a [u32]],
    /// The partition by each column.
    pub singles: &'a [Partition],
    /// One more than the largest code.
    pub cardinality: usize,
    /// How many rows there are.
    pub count: usize,
}

/// Checks every candidate. The answer does not depend on the number of threads.
pub fn verify<const W: usize>(
    rows: Rows<'_>,
    mut candidates: Vec<Candidate<W>>,
    threads: usize,
    budget: &Budget<'_>,
) -> Verdict<W> {
    candidates.sort_unstable_by(|a, b| a.columns.by_prefix(&b.columns));
    // A task is what shares its first two columns.
    let first_two = |c: &Candidate<W>| {
        let mut columns = c.columns.iter();
        (columns.next(), columns.next())
    };
    let tasks: Vec<&[Candidate<W>]> = candidates
        .chunk_by(|a, b| first_two(a) == first_two(b))
        .collect();
    let scratch = || Walk::new(rows);
    let verdicts = each_parallel(threads, &tasks, scratch, |walk, task| {
        walk.check(task, budget)
    });
    let mut whole = Verdict {
        valid: Vec::new(),
        refuting: Vec::new(),
        unchecked: Vec::new(),
    };
    for verdict in verdicts {
        whole.valid.extend(verdict.valid);
        whole.refuting.extend(verdict.refuting);
        whole.unchecked.extend(verdict.unchecked);
    }
    whole
}

/// The way through the candidates, with the partitions of the columns that they share.
struct Walk<'a> {
    rows: Rows<'a>,
    scratch: Scratch,
    /// The columns of the prefix at hand, and from the second one on their partitions.
    prefix: Vec<usize>,
    partitions: Vec<Partition>,
}

impl<'a> Walk<'a> {
    fn new(rows: Rows<'a>) -> Self {
        Self {
            rows,
            scratch: Scratch::new(rows.cardinality.max(1)),
            prefix: Vec::new(),
            partitions: Vec::new(),
        }
    }

    fn check<const W: usize>(&mut self, task: &[Candidate<W>], budget: &Budget<'_>) -> Verdict<W> {
        let mut verdict = Verdict {
            valid: Vec::new(),
            refuting: Vec::new(),
            unchecked: Vec::new(),
        };
        for candidate in task {
            if budget.is_spent() {
                verdict.unchecked.push(candidate.clone());
                continue;
            }
            let mut holding = candidate.dependents.clone();
            let columns: Vec<usize> = candidate.columns.iter().collect();
            self.refute(&columns, &mut holding, &mut verdict.refuting);
            if !holding.is_empty() {
                verdict.valid.push(Candidate {
                    columns: candidate.columns,
                    dependents: holding,
                });
            }
        }
        verdict
    }

    /// Takes out of `holding` the dependents that two rows refute, and notes those rows.
    fn refute(&mut self, columns: &[usize], holding: &mut Vec<usize>, pairs: &mut Vec<(u32, u32)>) {
        let codes = self.rows.codes;
        let mut pair = |first: u32, second: u32| {
            let before = holding.len();
            holding.retain(|dependent| {
                let codes = codes.get(*dependent);
                codes.is_some_and(|codes| codes[first as usize] == codes[second as usize])
            });
            if holding.len() < before {
                pairs.push((first, second));
            }
            !holding.is_empty()
        };
        match columns {
            [] => {
                for row in 1..self.rows.count as u32 {
                    if !pair(0, row) {
                        break;
                    }
                }
            }
            [only] => {
                for group in self.rows.singles[*only].groups() {
                    if !group[1..].iter().all(|row| pair(group[0], *row)) {
                        break;
                    }
                }
            }
            [before @ .., last] => {
                self.walk_to(before);
                let partition = match before {
                    [only] => &self.rows.singles[*only],
                    _ => &self.partitions[before.len() - 2],
                };
                self.scratch.pairs(partition, codes[*last], pair);
            }
        }
    }

    /// Makes the partitions of a prefix, keeping those of the columns it shares with the one before.
    fn walk_to(&mut self, columns: &[usize]) {
        let shared = self.prefix.iter().zip(columns);
        let shared = shared.take_while(|(a, b)| a == b).count();
        self.prefix.truncate(shared);
        while self.prefix.len() < columns.len() {
            let column = columns[self.prefix.len()];
            self.prefix.push(column);
            // The partition of n columns stands at n - 2, that of one is not ours.
            let Some(place) = self.prefix.len().checked_sub(2) else {
                continue;
            };
            if self.partitions.len() <= place {
                self.partitions.resize_with(place + 1, Partition::default);
            }
            let (before, from) = self.partitions.split_at_mut(place);
            let parent = match before.last() {
                Some(parent) => parent,
                None => &self.rows.singles[self.prefix[0]],
            };
            self.scratch
                .refine(parent, self.rows.codes[column], &mut from[0]);
        }
    }
}

/// Works on every item, on so many threads, each with a state of its own; the answers in the order of
/// the items.
pub fn each_parallel<T: Sync, S, R: Send>(
    threads: usize,
    items: &[T],
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let threads = threads.clamp(1, items.len().max(1));
    if threads == 1 {
        let mut state = state();
        return items.iter().map(|item| work(&mut state, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut state = state();
                let mut mine = Vec::new();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    mine.push((index, work(&mut state, item)));
                }
                // A panic of another thread is passed on by the scope.
                if let Ok(mut done) = done.lock() {
                    done.append(&mut mine);
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, answer)| answer).collect()
}
