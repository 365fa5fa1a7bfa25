//! Minimal hitting sets of a hypergraph: MMCS of Murakami and Uno (2014). Every edge has a chosen
//! column, and every chosen column has an edge of its own, without which it would be superfluous.

use super::bits::Bits;
use super::budget::Budget;

/// How many steps pass between two looks at the budget.
const STEPS: u32 = 4096;

/// The search stopped because the budget was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Every minimal hitting set of at most `largest` columns. `edges` are none a subset of another.
pub fn minimal_hitting_sets<const W: usize>(
    edges: &[Bits<W>],
    columns: usize,
    largest: usize,
    budget: &Budget<'_>,
) -> Result<Vec<Bits<W>>, Stopped> {
    if edges.iter().any(Bits::is_empty) {
        return Ok(Vec::new());
    }
    let words = edges.len().div_ceil(64);
    let mut incident = vec![vec![0_u64; words]; columns];
    for (index, edge) in edges.iter().enumerate() {
        for column in edge.iter() {
            incident[column][index / 64] |= 1 << (index % 64);
        }
    }
    let mut open = vec![0_u64; words];
    for index in 0..edges.len() {
        open[index / 64] |= 1 << (index % 64);
    }
    let mut search = Search {
        edges,
        incident,
        words,
        largest,
        budget,
        steps: 0,
        free: Vec::new(),
        found: Vec::new(),
    };
    search.extend(Bits::EMPTY, Bits::all(columns), &open, &[])?;
    Ok(search.found)
}

struct Search<'a, const W: usize> {
    edges: &'a [Bits<W>],
    /// For each column, the edges it is in.
    incident: Vec<Vec<u64>>,
    words: usize,
    largest: usize,
    budget: &'a Budget<'a>,
    steps: u32,
    /// Buffers to use again.
    free: Vec<Vec<u64>>,
    found: Vec<Bits<W>>,
}

impl<const W: usize> Search<'_, W> {
    /// `open`: edges without a chosen column. `critical`: for each chosen column, the edges that it
    /// alone hits, one after the other.
    fn extend(
        &mut self,
        chosen: Bits<W>,
        mut candidates: Bits<W>,
        open: &[u64],
        critical: &[u64],
    ) -> Result<(), Stopped> {
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS) && self.budget.is_spent() {
            return Err(Stopped);
        }
        let Some(choices) = self.narrowest(open, &candidates) else {
            self.found.push(chosen);
            return Ok(());
        };
        if critical.len() >= self.largest * self.words {
            return Ok(());
        }
        candidates = candidates.minus(&choices);
        let mut still_open = self.buffer();
        let mut now_critical = self.buffer();
        for column in choices.iter() {
            if self.choose(column, open, critical, &mut still_open, &mut now_critical) {
                let mut with = chosen;
                with.insert(column);
                self.extend(with, candidates, &still_open, &now_critical)?;
                candidates.insert(column);
            }
        }
        self.free.push(still_open);
        self.free.push(now_critical);
        Ok(())
    }

    fn buffer(&mut self) -> Vec<u64> {
        self.free.pop().unwrap_or_default()
    }

    /// The candidates in the open edge that has the fewest; `None` when no edge is open.
    fn narrowest(&self, open: &[u64], candidates: &Bits<W>) -> Option<Bits<W>> {
        let mut best: Option<(usize, Bits<W>)> = None;
        for (word, bits) in open.iter().enumerate() {
            let mut left = *bits;
            while left != 0 {
                let index = word * 64 + left.trailing_zeros() as usize;
                left &= left - 1;
                let choices = self.edges[index].and(candidates);
                let count = choices.len();
                if best.is_none_or(|(fewest, _)| count < fewest) {
                    best = Some((count, choices));
                    if count <= 1 {
                        return Some(choices);
                    }
                }
            }
        }
        best.map(|(_, choices)| choices)
    }

    /// Works out what is open and critical with one column more; whether every chosen column keeps a
    /// critical edge.
    fn choose(
        &self,
        column: usize,
        open: &[u64],
        critical: &[u64],
        still_open: &mut Vec<u64>,
        now_critical: &mut Vec<u64>,
    ) -> bool {
        let hit = &self.incident[column];
        now_critical.clear();
        for of_one in critical.chunks_exact(self.words) {
            let mut any = 0;
            now_critical.extend(of_one.iter().zip(hit).map(|(edges, hit)| {
                let left = edges & !hit;
                any |= left;
                left
            }));
            if any == 0 {
                return false;
            }
        }
        now_critical.extend(open.iter().zip(hit).map(|(open, hit)| open & hit));
        still_open.clear();
        still_open.extend(open.iter().zip(hit).map(|(open, hit)| open & !hit));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bits(number: u32) -> Bits<1> {
        let mut set = Bits::EMPTY;
        (0..8)
            .filter(|c| number >> c & 1 == 1)
            .for_each(|c| set.insert(c));
        set
    }

    proptest! {
        #[test]
        fn all_and_only_the_minimal_ones(edges in proptest::collection::vec(1_u32..256, 0..12), largest in 0_usize..9) {
            let hits = |set: u32| edges.iter().all(|edge| edge & set != 0);
            let minimal = |set: u32| hits(set) && (0..8).all(|c| set >> c & 1 == 0 || !hits(set & !(1 << c)));
            let mut expected: Vec<Bits<1>> = (0..256).filter(|s| minimal(*s)).map(bits).collect();
            expected.retain(|set| set.len() <= largest);
            expected.sort();
            let minimal_edges: Vec<Bits<1>> = {
                let mut all: Vec<u32> = edges.clone();
                all.sort_unstable();
                all.dedup();
                let keep = all.iter().filter(|e| !all.iter().any(|o| o != *e && o & !**e == 0));
                keep.map(|e| bits(*e)).collect()
            };
            let mut found = minimal_hitting_sets(&minimal_edges, 8, largest, &Budget::UNLIMITED).expect("no limit");
            found.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
