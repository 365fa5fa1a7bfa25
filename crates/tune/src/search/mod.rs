//! The search: which of many indexes make a workload cheapest within a size.
//!
//! It goes in three steps, and has an answer after each. *Explore*: every form is planned with all its candidates
//! seen, and then without those that the plan used, so that what matters to it and the next best are known. *Search*:
//! over the plans that are known the best set is found without asking, then asked for, and so on with what that
//! taught. *Exchange*: indexes are added, taken away and exchanged while the planner says that it gains.
//!
//! The order of the steps and all ties are fixed, and what bounds a search is how often the planner may be asked:
//! the same input gives the same answer.

mod exchange;
mod explore;
mod model;

use std::collections::BTreeSet;

use crate::ask::Asker;
use crate::set::Set;
use crate::upkeep::{Upkeep, Writes, upkeep};

/// What is less than this share of the best answer's cost is no gain.
const WORTH: f64 = 1e-5;
/// What all indexes together that are left out for gaining too little may have gained, as a share of the whole.
const TRIFLE: f64 = 5e-4;
/// A statement that gets so many times dearer without an index is no trifle, however seldom it runs.
const DEARER: f64 = 1.1;

/// What is to be decided.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    /// Bytes of each index that can be hidden; none of those that are there already.
    pub sizes: Vec<u64>,
    /// The indexes that are there already.
    pub there: Set,
    /// Indexes by the statements they were thought of for.
    pub thought_of_for: Vec<BTreeSet<usize>>,
    /// Bytes to be spent.
    pub budget: u64,
    /// The same indexes, as writes see them.
    pub upkeep: Vec<Upkeep>,
    /// Indexes that stay, whatever is decided.
    pub fixed: Vec<Upkeep>,
    /// What is written in a day.
    pub writes: Vec<Writes>,
}

impl Problem {
    /// Bytes that a set takes beyond what is there.
    pub fn size(&self, set: &Set) -> u64 {
        set.iter().filter_map(|n| self.sizes.get(n)).sum()
    }

    /// What a set costs in a day of writes.
    pub fn upkeep(&self, set: &Set) -> f64 {
        upkeep(&self.upkeep, set, &self.fixed, &self.writes)
    }
}

/// How far a search is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What it does: `exploring`, `searching`, `exchanging`.
    pub step: &'static str,
    /// How often it asked.
    pub asked: usize,
    /// The cost of the best answer, over that of what is there; 1 until there is one.
    pub share: f64,
    /// Indexes in it.
    pub indexes: usize,
    /// Bytes of it.
    pub bytes: u64,
}

/// Whether the search may go on: told from time to time how far it is.
pub type Watch<'w> = dyn FnMut(&Progress) -> bool + 'w;

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The indexes, those that were there among them.
    pub set: Set,
    /// Its cost in a day, with upkeep.
    pub cost: f64,
}

/// A search under way.
pub(crate) struct Search<'s, 'p> {
    asker: &'s mut Asker<'p>,
    problem: &'s Problem,
    watch: &'s mut Watch<'s>,
    /// Forms to which an index could matter, by index.
    forms_of: Vec<Vec<usize>>,
    /// The indexes that some plan wanted.
    pool: Set,
    /// Those that plans used together.
    together: BTreeSet<Set>,
    /// The cost of what is there.
    before: f64,
    best: Answer,
    stopped: bool,
}

/// Searches. Statements that cannot be planned are to be left out before.
pub fn search<'s>(
    asker: &'s mut Asker<'_>,
    problem: &'s Problem,
    watch: &'s mut Watch<'s>,
) -> Answer {
    let mut forms_of = vec![Vec::new(); problem.sizes.len()];
    for (number, form) in asker.forms.iter().enumerate() {
        for index in form.relevant.iter() {
            if let Some(forms) = forms_of.get_mut(index) {
                forms.push(number);
            }
        }
    }
    let mut search = Search {
        asker,
        problem,
        watch,
        forms_of,
        pool: Set::default(),
        together: BTreeSet::new(),
        before: 0.0,
        best: Answer {
            set: problem.there.clone(),
            cost: 0.0,
        },
        stopped: false,
    };
    let Some(before) = search.whole(&problem.there) else {
        return search.best;
    };
    search.before = before;
    search.best.cost = before;
    let wanted = search.explore();
    let found = search.by_plans(&wanted);
    let exchanged = search.exchange(found);
    search.offer(&exchanged, "exchanging");
    search.without_trifles();
    search.best
}

impl Search<'_, '_> {
    /// The cost of a set over all forms.
    fn whole(&mut self, set: &Set) -> Option<f64> {
        let mut total = self.problem.upkeep(set);
        for form in 0..self.asker.forms.len() {
            total += self.asker.forms[form].weight * self.asker.cost(form, set)?;
        }
        Some(total)
    }

    fn go_on(&mut self) -> bool {
        !self.stopped && !self.asker.is_exhausted()
    }

    /// Keeps an answer that is better than the best, and tells of it.
    fn offer(&mut self, answer: &Answer, step: &'static str) {
        let fits = self.problem.size(&answer.set) <= self.problem.budget;
        if fits && answer.cost < self.best.cost {
            self.best = answer.clone();
        }
        self.tell(step);
    }

    fn tell(&mut self, step: &'static str) {
        let progress = Progress {
            step,
            asked: self.asker.asked(),
            share: self.best.cost / self.before.max(f64::MIN_POSITIVE),
            indexes: self.best.set.minus(&self.problem.there).len(),
            bytes: self.problem.size(&self.best.set),
        };
        self.stopped |= !(self.watch)(&progress);
    }

    /// The forms to which the difference of two sets could matter.
    fn affected(&self, from: &Set, to: &Set) -> BTreeSet<usize> {
        let changed = from.minus(to).or(&to.minus(from));
        let forms = changed.iter().filter_map(|n| self.forms_of.get(n));
        forms.flatten().copied().collect()
    }

    /// The most that a step could gain: nothing of the planner is asked. Infinite where the present is not known.
    fn hope(&self, from: &Answer, to: &Set) -> f64 {
        let mut hope = self.problem.upkeep(&from.set) - self.problem.upkeep(to);
        for form in self.affected(&from.set, to) {
            let Some(now) = self.asker.known(form, &from.set) else {
                return f64::INFINITY;
            };
            let gain = match self.asker.known(form, to) {
                Some(then) => now - then,
                None => (now - self.asker.least(form, to)).max(0.0),
            };
            hope += self.asker.forms[form].weight * gain;
        }
        hope
    }

    /// The cost of another set, when it is below a limit. Asks as long as it may be.
    fn step(&mut self, from: &Answer, to: &Set, limit: f64) -> Option<f64> {
        let mut cost = from.cost - self.problem.upkeep(&from.set) + self.problem.upkeep(to);
        let mut open: Vec<(f64, usize, f64)> = Vec::new();
        for form in self.affected(&from.set, to) {
            let weight = self.asker.forms[form].weight;
            let now = self.asker.cost(form, &from.set)?;
            match self.asker.known(form, to) {
                Some(then) => cost += weight * (then - now),
                None => {
                    let gain = weight * (now - self.asker.least(form, to)).max(0.0);
                    cost -= gain;
                    open.push((gain, form, now));
                }
            }
        }
        // What could gain most is asked first: when it does not, the rest need not be asked.
        open.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (gain, form, now) in open {
            if cost >= limit {
                return None;
            }
            let then = self.asker.cost(form, to)?;
            cost += gain + self.asker.forms[form].weight * (then - now);
        }
        (cost < limit).then_some(cost)
    }

    /// Takes away what hardly gains: every index is one more to look after.
    fn without_trifles(&mut self) {
        let limit = self.best.cost * (1.0 + TRIFLE);
        loop {
            let mut least: Option<Answer> = None;
            for index in self.best.set.minus(&self.problem.there).iter() {
                let to = self.best.set.without(index);
                let below = least.as_ref().map_or(limit, |l| l.cost);
                let best = self.best.clone();
                if let Some(cost) = self.step(&best, &to, below)
                    && !self.hurts(&best.set, &to)
                {
                    least = Some(Answer { set: to, cost });
                }
            }
            match least {
                Some(answer) => self.best = answer,
                None => break,
            }
        }
        self.tell("exchanging");
    }

    /// Whether a statement gets much dearer.
    fn hurts(&mut self, from: &Set, to: &Set) -> bool {
        let affected = self.affected(from, to);
        affected.into_iter().any(|form| {
            let costs = self.asker.cost(form, from).zip(self.asker.cost(form, to));
            costs.is_none_or(|(now, then)| then > now * DEARER)
        })
    }

    fn worth(&self) -> f64 {
        self.best.cost * WORTH
    }
}
