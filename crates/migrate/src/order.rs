//! The order of changes: everything after what it needs, otherwise by file, kind and name.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::ObjectId;

use crate::change::{Change, Rank, Strength};
use crate::step::FileGroup;

/// Changes that need each other, so that none can come first.
pub(crate) struct Cycle(pub Vec<usize>);

/// Edges of the graph: for every change, what must come before it and how strongly.
type Edges = Vec<BTreeMap<usize, Strength>>;

/// Sorts changes and settles the file group of each. The result does not depend on their order.
pub(crate) fn order(changes: &mut [Change]) -> Result<Vec<usize>, Cycle> {
    let mut before = edges(changes);
    let sequence = sort(changes, &mut before)?;
    settle_groups(changes, &before, &sequence);
    // An order that is only pleasant does not reach across files.
    let groups: Vec<_> = changes.iter().map(|c| c.group).collect();
    for (at, needed) in before.iter_mut().enumerate() {
        needed.retain(|&n, strength| *strength >= Strength::Guess || groups[n] <= groups[at]);
    }
    sort(changes, &mut before)
}

fn edges(changes: &[Change]) -> Edges {
    let mut providers: BTreeMap<&ObjectId, Vec<(usize, Strength)>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        for object in &change.provides {
            providers
                .entry(object)
                .or_default()
                .push((at, Strength::Must));
        }
        if let Some(object) = &change.completes {
            providers
                .entry(object)
                .or_default()
                .push((at, Strength::Use));
        }
    }
    let mut before: Edges = vec![BTreeMap::new(); changes.len()];
    for (at, change) in changes.iter().enumerate() {
        for need in &change.needs {
            for &(provider, at_most) in providers.get(&need.object).into_iter().flatten() {
                if provider != at {
                    let needed = need.strength.min(at_most);
                    let strength = before[at].entry(provider).or_insert(needed);
                    *strength = (*strength).max(needed);
                }
            }
        }
    }
    before
}

/// Takes the first change by file, kind and name of those that wait for nothing, again and again.
/// Where changes wait for each other, the weakest wish of a circle is given up and taken out of
/// `before`.
fn sort(changes: &[Change], before: &mut Edges) -> Result<Vec<usize>, Cycle> {
    // What needs a transaction of its own comes late, so that the others share one.
    let late: Vec<_> = changes.iter().map(Change::alone).collect();
    let key = |at: usize| (late[at], changes[at].group, &changes[at].sort, at);
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); changes.len()];
    let mut waiting: Vec<usize> = vec![0; changes.len()];
    for (at, needed) in before.iter().enumerate() {
        waiting[at] = needed.len();
        for &n in needed.keys() {
            after[n].push(at);
        }
    }
    let mut ready: BTreeSet<_> = (0..changes.len())
        .filter(|&at| waiting[at] == 0)
        .map(key)
        .collect();
    let mut left: BTreeSet<_> = (0..changes.len()).map(key).collect();
    let mut sequence = Vec::with_capacity(changes.len());
    while let Some(&first) = left.first() {
        let Some(next) = ready.pop_first() else {
            let (at, needed) = weakest_link(before, first.3, |n| left.contains(&key(n)))?;
            before[at].remove(&needed);
            after[needed].retain(|&a| a != at);
            waiting[at] -= 1;
            if waiting[at] == 0 {
                ready.insert(key(at));
            }
            continue;
        };
        left.remove(&next);
        sequence.push(next.3);
        for &at in &after[next.3] {
            waiting[at] -= 1;
            if waiting[at] == 0 {
                ready.insert(key(at));
            }
        }
    }
    Ok(sequence)
}

/// Walks from a change to something it waits for until a circle closes, and gives the circle's
/// weakest edge. Strong edges are followed first, so that a circle of only strong ones is found.
fn weakest_link(
    before: &Edges,
    start: usize,
    left: impl Fn(usize) -> bool,
) -> Result<(usize, usize), Cycle> {
    let mut path = vec![start];
    let mut at = start;
    loop {
        let step = before[at]
            .iter()
            .filter(|(n, _)| left(**n))
            .max_by_key(|(n, strength)| (**strength, std::cmp::Reverse(**n)));
        let Some((&needed, _)) = step else {
            return Err(Cycle(path));
        };
        if let Some(closed) = path.iter().position(|&p| p == needed) {
            let circle = &path[closed..];
            let links = circle
                .iter()
                .zip(circle.iter().skip(1).chain([&circle[0]]))
                .map(|(&at, &needed)| (before[at][&needed], at, needed));
            return match links.min() {
                Some((strength, at, needed)) if strength < Strength::Must => Ok((at, needed)),
                _ => Err(Cycle(circle.to_vec())),
            };
        }
        path.push(needed);
        at = needed;
    }
}

/// Moves a function that a table needs before the tables, and what needs something of a later file
/// into that file.
fn settle_groups(changes: &mut [Change], before: &Edges, sequence: &[usize]) {
    for &at in sequence.iter().rev() {
        let group = changes[at].group;
        for (&needed, &strength) in &before[at] {
            let needed = &mut changes[needed];
            if strength < Strength::Guess || needed.group <= group {
                continue;
            }
            match needed.sort.0 {
                Rank::Routine | Rank::Aggregate => needed.group = FileGroup::Types,
                // Functions that read a view go after it; only tables have to be after the view.
                Rank::View | Rank::MaterializedView if group < FileGroup::Functions => {
                    needed.group = FileGroup::Tables;
                }
                Rank::Index => needed.group = group,
                _ => {}
            }
        }
    }
    for &at in sequence {
        let latest = before[at]
            .iter()
            .filter(|(_, strength)| **strength >= Strength::Guess)
            .map(|(&needed, _)| changes[needed].group)
            .max();
        if let Some(latest) = latest {
            changes[at].group = changes[at].group.max(latest);
        }
    }
}
