//! The order of changes: everything after what it needs, otherwise by file, kind and name.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, ObjectId};

use crate::arrangement::{Arrangement, Place};
use crate::change::{Change, Rank, Strength};
use crate::step::FileGroup;

/// Changes that need each other, so that none can come first.
pub(crate) struct Cycle(pub Vec<usize>);

/// Edges of the graph: for every change, what must come before it and how strongly.
type Edges = Vec<BTreeMap<usize, Strength>>;

/// Sorts changes that add to a catalog what `full` has, and settles the file group of each. The result
/// does not depend on their order.
pub(crate) fn order(
    changes: &mut [Change],
    full: &Catalog,
    arrangement: Arrangement,
) -> Result<Vec<usize>, Cycle> {
    let mut before = edges(changes);
    let places = Arrangement::ByKind.places(changes, full);
    let sequence = sort(&places, &mut before)?;
    settle_groups(changes, &before, &sequence);
    // An order that is only pleasant does not reach across files.
    let groups: Vec<_> = changes.iter().map(|c| c.group).collect();
    for (at, needed) in before.iter_mut().enumerate() {
        needed.retain(|&n, strength| *strength >= Strength::Guess || groups[n] <= groups[at]);
    }
    sort(&arrangement.places(changes, full), &mut before)
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

/// Takes the change with the first place of those that wait for nothing, again and again; what stands
/// with the one before goes first. Where changes wait for each other, the weakest wish of a circle is
/// given up and taken out of `before`.
fn sort(places: &[Place], before: &mut Edges) -> Result<Vec<usize>, Cycle> {
    let mut in_order: Vec<usize> = (0..places.len()).collect();
    in_order.sort_by_key(|&at| (&places[at], at));
    let mut rank = vec![0; places.len()];
    for (number, &at) in in_order.iter().enumerate() {
        rank[at] = number;
    }
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); places.len()];
    let mut waiting: Vec<usize> = vec![0; places.len()];
    for (at, needed) in before.iter().enumerate() {
        waiting[at] = needed.len();
        for &n in needed.keys() {
            after[n].push(at);
        }
    }
    // Both by rank.
    let mut left: BTreeSet<usize> = (0..places.len()).collect();
    let mut ready: BTreeSet<usize> = left
        .iter()
        .copied()
        .filter(|&number| waiting[in_order[number]] == 0)
        .collect();
    let mut sequence: Vec<usize> = Vec::with_capacity(places.len());
    while let Some(&first) = left.first() {
        let together = sequence.last().and_then(|&last| {
            let run =
                in_order.partition_point(|&at| places[at].comes_before_all_with(&places[last]));
            let next = *ready.range(run..).next()?;
            places[in_order[next]]
                .stands_with(&places[last])
                .then_some(next)
        });
        let Some(next) = together.or_else(|| ready.first().copied()) else {
            let (at, needed) = weakest_link(before, in_order[first], |n| left.contains(&rank[n]))?;
            before[at].remove(&needed);
            after[needed].retain(|&a| a != at);
            waiting[at] -= 1;
            if waiting[at] == 0 {
                ready.insert(rank[at]);
            }
            continue;
        };
        ready.remove(&next);
        left.remove(&next);
        let next = in_order[next];
        sequence.push(next);
        for &at in &after[next] {
            waiting[at] -= 1;
            if waiting[at] == 0 {
                ready.insert(rank[at]);
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
