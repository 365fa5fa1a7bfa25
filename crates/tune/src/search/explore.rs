//! Exploring: what each form would use if it could have everything.

use super::Search;
use crate::set::Set;

/// As many candidates are seen at once: planning takes the longer the more there are.
const AT_ONCE: usize = 40;
/// The part of all questions that exploring may take.
const SHARE: usize = 3;

impl Search<'_, '_> {
    /// Fills the pool. Gives everything that the best plans use.
    pub(super) fn explore(&mut self) -> Set {
        let there = self.problem.there.clone();
        let mut wanted = there.clone();
        let mut order: Vec<(f64, usize)> = (0..self.asker.forms.len())
            .filter_map(|form| {
                let cost = self.asker.known(form, &there)?;
                Some((self.asker.forms[form].weight * cost, form))
            })
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let most = self.asker.asked() + self.remaining() / SHARE;
        // The first answer of every form comes before the second of any.
        let mut seen: Vec<(usize, Set, Set)> = Vec::new();
        for (_, form) in &order {
            if !self.go_on() {
                break;
            }
            let all = self.own(*form);
            let among = self.finals(*form, &all);
            if let Some(using) = self.look(*form, &among.or(&there)) {
                wanted = wanted.or(&using);
                seen.push((*form, all, using));
            }
            self.tell("exploring");
        }
        for (form, all, using) in seen {
            if !self.go_on() || self.asker.asked() > most {
                break;
            }
            // Without each of what was used, and then without all of it, again and again.
            for index in using.iter() {
                let rest = all.without(index);
                let among = self.finals(form, &rest);
                self.look(form, &among.or(&there));
                self.asker.cost(form, &using.without(index).or(&there));
            }
            let mut rest = all.minus(&using);
            for _ in 0..2 {
                let among = self.finals(form, &rest);
                match self.look(form, &among.or(&there)) {
                    Some(next) if !next.is_empty() => rest = rest.minus(&next),
                    _ => break,
                }
            }
            // What is small enough to be had beside others.
            for part in [2, 6] {
                let small = self.problem.budget / part;
                let fits: Set = all
                    .iter()
                    .filter(|n| self.problem.sizes[*n] <= small)
                    .collect();
                if fits != all && !fits.is_empty() {
                    let among = self.finals(form, &fits);
                    self.look(form, &among.or(&there));
                }
            }
            self.tell("exploring");
        }
        // Each of those that were wanted by any form, alone.
        for (_, form) in &order {
            let relevant = self.pool.and(&self.asker.forms[*form].relevant);
            for index in relevant.iter() {
                if !self.go_on() {
                    break;
                }
                self.asker.cost(*form, &there.with(index));
            }
        }
        // With all that was wanted by any form: what could be gained at most is known from here on.
        let pool = self.pool.or(&there);
        for (_, form) in order {
            if !self.go_on() {
                break;
            }
            if let Some((using, _)) = self.asker.using(form, &pool) {
                wanted = wanted.or(&using);
            }
        }
        wanted
    }

    fn remaining(&self) -> usize {
        self.asker.most().saturating_sub(self.asker.asked())
    }

    /// The candidates thought of for a form that could be had at all.
    fn own(&self, form: usize) -> Set {
        let form = &self.asker.forms[form];
        let all = form.relevant.minus(&self.problem.there);
        let own = all.iter().filter(|n| {
            self.problem.sizes[*n] <= self.problem.budget
                && self.problem.thought_of_for[*n].contains(&form.statement)
        });
        own.collect()
    }

    /// Those of many candidates that win against some others: few enough to be seen at once.
    fn finals(&mut self, form: usize, all: &Set) -> Set {
        if all.len() <= AT_ONCE {
            return all.clone();
        }
        let numbers: Vec<usize> = all.iter().collect();
        let mut winners = Set::default();
        for part in numbers.chunks(AT_ONCE) {
            let part: Set = part.iter().copied().collect();
            if let Some(using) = self.look(form, &part.or(&self.problem.there)) {
                winners = winners.or(&using);
            }
        }
        winners
    }

    /// What a plan among these uses of what is not there yet.
    fn look(&mut self, form: usize, among: &Set) -> Option<Set> {
        let (using, _) = self.asker.using(form, among)?;
        let new = using.minus(&self.problem.there);
        self.pool = self.pool.or(&new);
        if new.len() > 1 {
            self.together.insert(new.clone());
        }
        Some(new)
    }
}
