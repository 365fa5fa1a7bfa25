//! Mutations: each changes one property of a model, or adds or drops an object.

mod code;
mod columns;
mod constraints;
mod named;
mod others;
mod parts;
mod tables;
mod types;
mod views;

use std::collections::BTreeMap;

use crate::make;
use crate::model::*;
use crate::other::{KINDS, OtherKind};
use crate::random::Random;
use crate::render;

/// Changes a model, if it has what is to be changed.
type Apply = fn(&mut Model, &mut Random) -> bool;

#[derive(Clone)]
pub enum Mutation {
    Named(&'static str, Apply),
    /// A change of one of the objects that need little of others.
    Other(OtherKind, &'static str),
}

impl Mutation {
    pub fn name(&self) -> String {
        match self {
            Self::Named(name, _) => (*name).to_owned(),
            Self::Other(kind, what) => format!("{}: {what}", kind.word()),
        }
    }

    fn apply(&self, model: &mut Model, random: &mut Random) -> bool {
        match self {
            Self::Named(_, apply) => apply(model, random),
            Self::Other(kind, what) => others::change(model, random, *kind, what),
        }
    }

    /// The kind that the model must have for it, or must not have yet.
    fn wants(&self) -> Option<(OtherKind, bool)> {
        match self {
            Self::Named(..) => None,
            Self::Other(kind, what) => Some((*kind, *what != "add")),
        }
    }
}

/// All mutations, in a fixed order.
pub fn all() -> Vec<Mutation> {
    let mut all = vec![];
    for list in [
        named::ALL,
        types::ALL,
        code::ALL,
        tables::ALL,
        columns::ALL,
        constraints::ALL,
        parts::ALL,
        views::ALL,
    ] {
        all.extend(
            list.iter()
                .map(|(name, apply)| Mutation::Named(name, *apply)),
        );
    }
    for kind in KINDS {
        all.extend(
            kind.changes()
                .into_iter()
                .map(|what| Mutation::Other(kind, what)),
        );
    }
    all
}

/// Two catalogs as SQL, and rows of the first that both hold.
pub struct Pair {
    pub a_sql: String,
    pub rows_sql: String,
    pub b_sql: String,
    /// The rows as far as B has a place for them.
    pub carried_sql: String,
    /// What was changed.
    pub mutations: Vec<String>,
    pub from: Model,
    pub to: Model,
}

impl Pair {
    pub fn new(from: Model, to: Model, mutations: Vec<String>) -> Self {
        Self {
            a_sql: render::script(&from),
            rows_sql: render::rows(&from),
            b_sql: render::script(&to),
            carried_sql: render::carried(&from, &to),
            mutations,
            from,
            to,
        }
    }
}

/// How many of a pair's mutations are not left to the dice.
const PLANNED: usize = 8;

/// How many mutations the pair of a seed has.
fn number(seed: u64) -> usize {
    3 + usize::try_from(seed % 13).unwrap()
}

/// The pair of a seed, for a major version of the server.
pub fn pair(seed: u64, target: u32) -> Pair {
    let mut random = Random::new(seed);
    let all = all();
    // Every mutation has its turn, whatever the dice say.
    let turn: usize = (0..seed).map(|before| PLANNED.min(number(before))).sum();
    let planned = PLANNED.min(number(seed));
    let planned: Vec<Mutation> = (0..planned)
        .map(|at| all[(turn + at) % all.len()].clone())
        .collect();
    let mut wanted: BTreeMap<OtherKind, bool> = BTreeMap::new();
    for (kind, there) in planned.iter().filter_map(Mutation::wants) {
        *wanted.entry(kind).or_default() |= there;
    }
    // A model without what is to be changed is tried again, a few times.
    let mut best: Option<(usize, Model, Model, Vec<String>)> = None;
    for _ in 0..8 {
        let mut a = make::generate(&mut random, target, &wanted);
        a.swapped = seed % 4 == 3;
        let mut b = a.clone();
        b.changing = true;
        let done: Vec<String> = planned
            .iter()
            .filter_map(|m| apply(m, &mut b, &mut random))
            .collect();
        if best.as_ref().is_none_or(|best| best.0 < done.len()) {
            best = Some((done.len(), a, b, done));
        }
        if best.as_ref().is_some_and(|best| best.0 == planned.len()) {
            break;
        }
    }
    let (_, a, mut b, mut mutations) = best.unwrap();
    for _ in 0..200 {
        if mutations.len() >= number(seed) {
            break;
        }
        let mutation = random.one_of(&all);
        mutations.extend(apply(&mutation, &mut b, &mut random));
    }
    let (from, to) = if a.swapped { (b, a) } else { (a, b) };
    Pair::new(from, to, mutations)
}

/// Applies a mutation; gives its name when something came of it.
fn apply(mutation: &Mutation, model: &mut Model, random: &mut Random) -> Option<String> {
    let before = model.clone();
    if mutation.apply(model, random) {
        model.repair();
        if render::script(model) != render::script(&before) {
            return Some(mutation.name());
        }
    }
    *model = before;
    None
}

/// One of the keys of a map whose values are as asked.
fn pick<T>(
    map: &std::collections::BTreeMap<Key, T>,
    random: &mut Random,
    fits: impl Fn(&T) -> bool,
) -> Option<Key> {
    let keys: Vec<Key> = map
        .iter()
        .filter(|(_, v)| fits(v))
        .map(|(k, _)| *k)
        .collect();
    random.pick(&keys)
}

/// Changes one of the items of a map that are as asked.
fn change<T>(
    map: &mut std::collections::BTreeMap<Key, T>,
    random: &mut Random,
    fits: impl Fn(&T) -> bool,
    apply: impl FnOnce(&mut T, &mut Random),
) -> bool {
    let Some(key) = pick(map, random, fits) else {
        return false;
    };
    if let Some(item) = map.get_mut(&key) {
        apply(item, random);
    }
    true
}

/// One of the items of a list that are as asked, to change.
fn one<'a, T>(
    items: &'a mut [T],
    random: &mut Random,
    fits: impl Fn(&T) -> bool,
) -> Option<&'a mut T> {
    let at: Vec<usize> = (0..items.len()).filter(|at| fits(&items[*at])).collect();
    let at = random.pick(&at)?;
    items.get_mut(at)
}

/// Another value than the one that is there.
fn other_of<T: Clone + PartialEq>(now: &T, all: &[T], random: &mut Random) -> T {
    let others: Vec<T> = all.iter().filter(|o| *o != now).cloned().collect();
    random.one_of(&others)
}

/// Another comment, none, or a first one.
fn recomment(comment: &mut Option<String>, random: &mut Random) {
    *comment = match comment {
        Some(_) if random.chance(40) => None,
        _ => Some(make::some_comment(random)),
    };
}
