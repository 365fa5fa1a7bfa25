//! Searching without asking: over the plans that are known.
//!
//! A plan stays possible for every set that has the indexes it uses, so the cheapest such plan is the most that the
//! set can cost. Over these costs a search needs no planner, and what it gains is certain. What it comes to is then
//! asked for, which brings plans that were not known, and it goes on with those.

use std::collections::BTreeSet;

use super::{Answer, Search};
use crate::set::Set;

/// A set with its cost by the plans known, and that of each form.
#[derive(Clone)]
struct Guess {
    set: Set,
    cost: f64,
    upkeep: f64,
    forms: Vec<f64>,
}

/// Rounds of asking and searching again that bring nothing before it is enough.
const IN_VAIN: usize = 6;

impl Search<'_, '_> {
    /// Searches and asks in turns, from nothing and from everything wanted.
    pub(super) fn by_plans(&mut self, wanted: &Set) -> Answer {
        let there = self.problem.there.clone();
        let mut in_vain = 0;
        let mut asked: BTreeSet<Set> = BTreeSet::new();
        while in_vain < IN_VAIN && self.go_on() {
            let mut starts = vec![self.best.set.clone()];
            if in_vain == 0 {
                starts.push(there.clone());
                starts.push(self.fitted(wanted));
            }
            let mut found: Vec<Guess> = Vec::new();
            for start in starts {
                let guess = self.guess(&start);
                found.push(self.descend(guess));
            }
            found.sort_by(|a, b| a.cost.total_cmp(&b.cost).then_with(|| a.set.cmp(&b.set)));
            let before = self.best.cost;
            // The best that was not asked for yet; when all were, the neighbourhood of the best is shaken.
            let new = found.into_iter().find(|g| !asked.contains(&g.set));
            let next = match new {
                Some(guess) => guess.set,
                None => match self.shaken(&asked) {
                    Some(set) => set,
                    None => break,
                },
            };
            asked.insert(next.clone());
            let Some(cost) = self.whole(&next) else { break };
            self.offer(
                &Answer {
                    set: next.clone(),
                    cost,
                },
                "searching",
            );
            self.learn(&next);
            match self.best.cost < before - self.worth() {
                true => in_vain = 0,
                false => in_vain += 1,
            }
        }
        self.best.clone()
    }

    /// What else the forms could do in the neighbourhood of a set: without each index that they use, and with
    /// everything.
    fn learn(&mut self, set: &Set) {
        for form in 0..self.asker.forms.len() {
            let Some((using, _)) = self.asker.using(form, set) else {
                return;
            };
            for index in using.minus(&self.problem.there).iter() {
                if self.asker.cost(form, &set.without(index)).is_none() {
                    return;
                }
            }
        }
    }

    fn guess(&self, set: &Set) -> Guess {
        let forms: Vec<f64> = (0..self.asker.forms.len())
            .map(|form| self.asker.forms[form].weight * self.asker.at_most(form, set))
            .collect();
        let upkeep = self.problem.upkeep(set);
        Guess {
            set: set.clone(),
            cost: forms.iter().sum::<f64>() + upkeep,
            upkeep,
            forms,
        }
    }

    /// The cost of a neighbour.
    fn beside(&self, at: &Guess, to: &Set) -> f64 {
        let mut cost = at.cost - at.upkeep + self.problem.upkeep(to);
        for form in self.affected(&at.set, to) {
            cost += self.asker.forms[form].weight * self.asker.at_most(form, to) - at.forms[form];
        }
        cost
    }

    /// From neighbour to neighbour, always the best, as long as it gets cheaper. Steps that take up room count by
    /// what they gain for it, until nothing more fits; then by the gain alone.
    fn descend(&self, start: Guess) -> Guess {
        let mut at = start;
        for by_size in [true, false] {
            loop {
                let mut best: Option<(f64, Set)> = None;
                let size = self.problem.size(&at.set) as f64;
                for to in self.neighbours(&at.set) {
                    let gain = at.cost - self.beside(&at, &to);
                    if gain <= self.worth() {
                        continue;
                    }
                    let more = (self.problem.size(&to) as f64 - size).max(8192.0);
                    let value = if by_size { gain / more } else { gain };
                    if best.as_ref().is_none_or(|(most, _)| value > *most) {
                        best = Some((value, to));
                    }
                }
                match best {
                    Some((_, to)) => at = self.guess(&to),
                    None => break,
                }
            }
        }
        at
    }

    /// What is left of a set when what is missed least for its size is taken away until the rest fits.
    fn fitted(&self, wanted: &Set) -> Set {
        let mut at = self.guess(wanted);
        while self.problem.size(&at.set) > self.problem.budget {
            let mut best: Option<(f64, Set)> = None;
            for to in self.smaller(&at.set) {
                let saved = self.problem.size(&at.set) as f64 - self.problem.size(&to) as f64;
                let loss = (self.beside(&at, &to) - at.cost) / saved.max(1.0);
                if saved > 0.0 && best.as_ref().is_none_or(|(least, _)| loss < *least) {
                    best = Some((loss, to));
                }
            }
            match best {
                Some((_, to)) => at = self.guess(&to),
                None => return self.problem.there.clone(),
            }
        }
        at.set
    }

    /// The best answer without one of its indexes, searched on from there with that one left out: the cheapest
    /// that was not asked for yet.
    fn shaken(&self, asked: &BTreeSet<Set>) -> Option<Set> {
        let mut found: Option<Guess> = None;
        for index in self.best.set.minus(&self.problem.there).iter() {
            let mut other = self.descend(self.guess(&self.best.set.without(index)));
            if other.set == self.best.set {
                // Back where it came from: what is beside the index is what is wanted.
                let tabu = self.descend_without(&self.best.set.without(index), index);
                other = tabu;
            }
            let new = !asked.contains(&other.set);
            if new && found.as_ref().is_none_or(|f| other.cost < f.cost) {
                found = Some(other);
            }
        }
        found.map(|guess| guess.set)
    }

    /// As [`Self::descend`], never with that index.
    fn descend_without(&self, start: &Set, index: usize) -> Guess {
        let mut at = self.guess(start);
        loop {
            let mut best: Option<(f64, Set)> = None;
            for to in self.neighbours(&at.set) {
                if to.contains(index) {
                    continue;
                }
                let gain = at.cost - self.beside(&at, &to);
                if gain > self.worth() && best.as_ref().is_none_or(|(most, _)| gain > *most) {
                    best = Some((gain, to));
                }
            }
            match best {
                Some((_, to)) => at = self.guess(&to),
                None => return at,
            }
        }
    }

    /// The set without one of its indexes, or with a smaller one of the same table in its place.
    fn smaller(&self, set: &Set) -> Vec<Set> {
        let mut found = Vec::new();
        for index in set.minus(&self.problem.there).iter() {
            let without = set.without(index);
            let upkeep = &self.problem.upkeep[index];
            for other in self.pool.minus(set).iter() {
                let beside = &self.problem.upkeep[other];
                let alike = beside.table == upkeep.table && beside.leading == upkeep.leading;
                if alike && self.problem.sizes[other] < self.problem.sizes[index] {
                    found.push(without.with(other));
                }
            }
            found.push(without);
        }
        found
    }
}
