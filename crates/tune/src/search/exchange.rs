//! Exchanging: small changes, while they gain.

use super::{Answer, Search};
use crate::set::Set;

/// The part of all questions that exchanging may take.
const PART: usize = 8;

impl Search<'_, '_> {
    /// An answer that no small change betters, as far as questions go.
    ///
    /// Changes are looked at by what is to be hoped for of them, and the first that gains is made.
    pub(super) fn exchange(&mut self, start: Answer) -> Answer {
        let mut at = start;
        if self.problem.size(&at.set) > self.problem.budget {
            return at;
        }
        // What is hoped for and comes to nothing costs questions; after so many others, few are left that help.
        let most = self.asker.asked() + self.asker.most() / PART;
        while self.go_on() && self.asker.asked() < most {
            let mut moves: Vec<(f64, Set)> = Vec::new();
            for to in self.neighbours(&at.set) {
                let hope = self.hope(&at, &to);
                if hope > self.worth() {
                    moves.push((hope, to));
                }
            }
            moves.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            let mut next = None;
            for (_, to) in moves {
                if !self.go_on() || self.asker.asked() >= most {
                    break;
                }
                // What was learnt meanwhile may have ended the hope.
                if self.hope(&at, &to) <= self.worth() {
                    continue;
                }
                let limit = at.cost - self.worth();
                if let Some(cost) = self.step(&at, &to, limit) {
                    next = Some(Answer { set: to, cost });
                    break;
                }
            }
            match next {
                Some(next) => at = next,
                None => break,
            }
            self.offer(&at, "exchanging");
        }
        at
    }

    /// One less, one more, one or two for another, what belongs together for one or two.
    pub(super) fn neighbours(&self, set: &Set) -> Vec<Set> {
        let fits = |set: &Set| self.problem.size(set) <= self.problem.budget;
        let new: Vec<usize> = set.minus(&self.problem.there).iter().collect();
        let mut adds: Vec<Set> = self
            .pool
            .minus(set)
            .iter()
            .map(|n| Set::from_iter([n]))
            .collect();
        adds.extend(
            self.together
                .iter()
                .map(|t| t.minus(set))
                .filter(|t| t.len() > 1),
        );
        let mut found: Vec<Set> = new.iter().map(|n| set.without(*n)).collect();
        for add in &adds {
            let more = set.or(add);
            if fits(&more) {
                found.push(more);
                continue;
            }
            let mut single = false;
            for out in &new {
                let exchanged = more.without(*out);
                if fits(&exchanged) {
                    found.push(exchanged);
                    single = true;
                }
            }
            if single {
                continue;
            }
            for (at, out) in new.iter().enumerate() {
                for second in &new[at + 1..] {
                    let exchanged = more.without(*out).without(*second);
                    if fits(&exchanged) {
                        found.push(exchanged);
                    }
                }
            }
        }
        found
    }
}
