//! Relaxing: from more than fits, what is missed least for its size is taken away.

use super::{Answer, Search};
use crate::set::Set;

impl Search<'_, '_> {
    /// An answer within the budget, from everything that plans want.
    pub(super) fn relax(&mut self, wanted: Set) -> Answer {
        let there = Answer {
            set: self.problem.there.clone(),
            cost: self.before,
        };
        let Some(cost) = self.whole(&wanted) else {
            return there;
        };
        let mut at = Answer { set: wanted, cost };
        while self.problem.size(&at.set) > self.problem.budget {
            if !self.go_on() {
                return there;
            }
            let mut best: Option<(f64, Answer)> = None;
            for to in self.smaller(&at.set) {
                let saved = self
                    .problem
                    .size(&at.set)
                    .saturating_sub(self.problem.size(&to));
                if saved == 0 {
                    continue;
                }
                // A loss is what a step gains, backwards: hope is the least of it.
                let limit = best
                    .as_ref()
                    .map_or(f64::INFINITY, |(ratio, _)| at.cost + ratio * saved as f64);
                let Some(cost) = self.step(&at, &to, limit) else {
                    continue;
                };
                let ratio = (cost - at.cost) / saved as f64;
                if best.as_ref().is_none_or(|(least, _)| ratio < *least) {
                    best = Some((ratio, Answer { set: to, cost }));
                }
            }
            match best {
                Some((_, next)) => at = next,
                None => return there,
            }
            self.tell("relaxing");
        }
        at
    }

    /// The set without one of its indexes, or with a smaller one of the same table in its place.
    fn smaller(&self, set: &Set) -> Vec<Set> {
        let mut found = Vec::new();
        for index in set.minus(&self.problem.there).iter() {
            let without = set.without(index);
            let table = &self.problem.upkeep[index].table;
            let leading = &self.problem.upkeep[index].leading;
            for other in self.pool.minus(set).iter() {
                let upkeep = &self.problem.upkeep[other];
                let alike = upkeep.table == *table && upkeep.leading == *leading;
                if alike && self.problem.sizes[other] < self.problem.sizes[index] {
                    found.push(without.with(other));
                }
            }
            found.push(without);
        }
        found
    }
}
