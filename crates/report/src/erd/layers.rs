//! Which layer each box stands in, and in which order: referenced tables left of those that refer
//! to them, with few crossings.

use std::collections::BTreeMap;

use super::layout::{Edge, Node};

/// A box, or a lane that a net keeps free through a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// A box.
    Node(usize),
    /// A net on its way through.
    Lane(usize),
}

/// Edges to the same row of the same box, with the same end there, on the same side of it: they
/// share a line until they part.
#[derive(Debug)]
pub struct Net {
    /// The referenced box.
    pub parent: usize,
    /// Where the line leaves it, below its top.
    pub parent_y: f64,
    /// Edges, by number.
    pub edges: Vec<usize>,
    /// Leads to layers further right.
    pub rightward: bool,
}

/// What a net does between two neighbouring layers.
#[derive(Debug, Default)]
pub struct Piece {
    /// The net.
    pub net: usize,
    /// Items of the left layer that it meets, and where below their tops.
    pub lefts: Vec<(Item, f64)>,
    /// The same for the right layer.
    pub rights: Vec<(Item, f64)>,
}

/// Boxes in layers, in order.
#[derive(Debug)]
pub struct Layers {
    /// Items of each layer from top to bottom.
    pub items: Vec<Vec<Item>>,
    /// The layer of each box.
    pub of: Vec<usize>,
    /// Nets.
    pub nets: Vec<Net>,
    /// What runs between layer `i` and the next; the last channel holds loops only.
    pub channels: Vec<Vec<Piece>>,
}

/// Space between two boxes of a layer.
pub const GAP: f64 = 30.0;
/// How often the order is improved from left to right and back.
const SWEEPS: usize = 16;

/// Puts boxes into layers and orders them.
pub fn layers(nodes: &[Node], edges: &[Edge], cap: f64) -> Layers {
    let of = assign(nodes, edges, cap);
    let count = of.iter().max().map_or(0, |last| last + 1);
    let nets = nets(edges, &of);
    let mut items: Vec<Vec<Item>> = vec![Vec::new(); count];
    for (node, &layer) in of.iter().enumerate() {
        items[layer].push(Item::Node(node));
    }
    let mut channels: Vec<Vec<Piece>> = (0..count).map(|_| Vec::new()).collect();
    for (number, net) in nets.iter().enumerate() {
        connect(number, net, edges, &of, &mut items, &mut channels);
    }
    let mut result = Layers {
        items,
        of,
        nets,
        channels,
    };
    order(&mut result, nodes);
    result
}

/// Layers by longest path from what refers to nothing, none higher than the cap.
fn assign(nodes: &[Node], edges: &[Edge], cap: f64) -> Vec<usize> {
    let (before, sequence) = acyclic(nodes.len(), edges);
    let mut height: Vec<f64> = Vec::new();
    let mut of = vec![0; nodes.len()];
    let mut lonely = Vec::new();
    let mut connected = vec![false; nodes.len()];
    for edge in edges.iter().filter(|e| e.parent != e.child) {
        connected[edge.parent] = true;
        connected[edge.child] = true;
    }
    for node in sequence {
        if !connected[node] {
            lonely.push(node);
            continue;
        }
        let least = before[node].iter().map(|&p| of[p] + 1).max().unwrap_or(0);
        let mut layer = least;
        while height
            .get(layer)
            .is_some_and(|used| *used > 0.0 && used + nodes[node].height > cap)
        {
            layer += 1;
        }
        of[node] = layer;
        add(&mut height, layer, nodes[node].height);
    }
    pull(nodes, &before, &connected, cap, &mut of, &mut height);
    for node in lonely {
        let shortest = (0..height.len().max(1))
            .min_by(|a, b| {
                let at = |layer: &usize| height.get(*layer).copied().unwrap_or(0.0);
                at(a).total_cmp(&at(b))
            })
            .unwrap_or(0);
        of[node] = shortest;
        add(&mut height, shortest, nodes[node].height);
    }
    // A layer may have lost all its boxes.
    let mut used: Vec<usize> = of.clone();
    used.sort_unstable();
    used.dedup();
    of.iter()
        .map(|layer| used.binary_search(layer).unwrap_or(0))
        .collect()
}

fn add(height: &mut Vec<f64>, layer: usize, more: f64) {
    if height.len() <= layer {
        height.resize(layer + 1, 0.0);
    }
    height[layer] += more + GAP;
}

/// Brings boxes that refer to nothing next to the first that refers to them.
fn pull(
    nodes: &[Node],
    before: &[Vec<usize>],
    connected: &[bool],
    cap: f64,
    of: &mut [usize],
    height: &mut Vec<f64>,
) {
    for node in 0..nodes.len() {
        if !before[node].is_empty() || !connected[node] {
            continue;
        }
        let nearest = (0..nodes.len())
            .filter(|&n| before[n].contains(&node))
            .map(|n| of[n])
            .min();
        let Some(nearest) = nearest else { continue };
        let Some(layer) = (of[node] + 1..nearest).rev().find(|&l| {
            height
                .get(l)
                .is_none_or(|used| used + nodes[node].height <= cap)
        }) else {
            continue;
        };
        height[of[node]] -= nodes[node].height + GAP;
        of[node] = layer;
        add(height, layer, nodes[node].height);
    }
}

/// For each box those that must stand left of it, and all boxes in an order that keeps to it. Edges
/// that would close a circle count the other way round.
fn acyclic(count: usize, edges: &[Edge]) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in edges {
        if edge.parent != edge.child && !parents[edge.child].contains(&edge.parent) {
            parents[edge.child].push(edge.parent);
        }
    }
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut sequence = Vec::with_capacity(count);
    // 0: not seen, 1: being visited, 2: done.
    let mut state = vec![0_u8; count];
    for start in 0..count {
        if state[start] != 0 {
            continue;
        }
        let mut stack = vec![(start, 0)];
        state[start] = 1;
        while let Some((node, next)) = stack.pop() {
            match parents[node].get(next) {
                Some(&parent) => {
                    stack.push((node, next + 1));
                    match state[parent] {
                        0 => {
                            before[node].push(parent);
                            state[parent] = 1;
                            stack.push((parent, 0));
                        }
                        1 => before[parent].push(node),
                        _ => before[node].push(parent),
                    }
                }
                None => {
                    state[node] = 2;
                    sequence.push(node);
                }
            }
        }
    }
    (before, sequence)
}

fn nets(edges: &[Edge], of: &[usize]) -> Vec<Net> {
    let mut nets: Vec<Net> = Vec::new();
    let mut known: BTreeMap<(usize, bool, u8, u64), usize> = BTreeMap::new();
    for (number, edge) in edges.iter().enumerate() {
        let rightward = of[edge.child] >= of[edge.parent];
        let key = (edge.parent, rightward, edge.class, edge.parent_y.to_bits());
        let at = *known.entry(key).or_insert_with(|| {
            nets.push(Net {
                parent: edge.parent,
                parent_y: edge.parent_y,
                edges: Vec::new(),
                rightward,
            });
            nets.len() - 1
        });
        nets[at].edges.push(number);
    }
    nets
}

/// Lanes of a net, and what it meets in each channel.
fn connect(
    number: usize,
    net: &Net,
    edges: &[Edge],
    of: &[usize],
    items: &mut [Vec<Item>],
    channels: &mut [Vec<Piece>],
) {
    let home = of[net.parent];
    let start = (Item::Node(net.parent), net.parent_y);
    let layers = net.edges.iter().map(|&e| of[edges[e].child]);
    let furthest = if net.rightward {
        layers.max()
    } else {
        layers.min()
    }
    .unwrap_or(home);
    let mut pieces: BTreeMap<usize, Piece> = BTreeMap::new();
    let mut piece = |channel: usize| {
        pieces.entry(channel).or_insert_with(|| Piece {
            net: number,
            ..Piece::default()
        });
    };
    if net.rightward {
        (home..furthest.max(home + 1)).for_each(&mut piece);
    } else {
        (furthest..home).for_each(&mut piece);
    }
    for (channel, piece) in &mut pieces {
        let (near, far) = (*channel, channel + 1);
        let (from, to) = if net.rightward {
            (near, far)
        } else {
            (far, near)
        };
        let begins = if from == home {
            start
        } else {
            (Item::Lane(number), 0.0)
        };
        let mut ends: Vec<(Item, f64)> = Vec::new();
        let mut loops: Vec<(Item, f64)> = Vec::new();
        for &edge in &net.edges {
            let child = edges[edge].child;
            if child == net.parent {
                if from == home {
                    loops.push((Item::Node(child), edges[edge].child_y));
                }
            } else if of[child] == to {
                ends.push((Item::Node(child), edges[edge].child_y));
            }
        }
        let goes_on = if net.rightward {
            furthest > to
        } else {
            furthest < to
        };
        if goes_on {
            items[to].push(Item::Lane(number));
            ends.push((Item::Lane(number), 0.0));
        }
        if net.rightward {
            piece.lefts.push(begins);
            piece.lefts.extend(loops);
            piece.rights = ends;
        } else {
            piece.rights.push(begins);
            piece.lefts = ends;
        }
    }
    for (channel, piece) in pieces {
        channels[channel].push(piece);
    }
}

/// Orders items so that few lines cross: each item where its neighbours are, again and again, and
/// the best order seen is kept.
fn order(layers: &mut Layers, nodes: &[Node]) {
    let mut best = layers.items.clone();
    let mut least = crossings(layers, nodes);
    for sweep in 0..SWEEPS {
        let count = layers.items.len();
        if sweep % 2 == 0 {
            (1..count).for_each(|layer| settle(layers, nodes, layer, true));
        } else {
            (0..count.saturating_sub(1))
                .rev()
                .for_each(|layer| settle(layers, nodes, layer, false));
        }
        let now = crossings(layers, nodes);
        if now < least {
            least = now;
            best.clone_from(&layers.items);
        }
        if least == 0 {
            break;
        }
    }
    layers.items = best;
    // Neighbours change places where that helps; on large graphs the sweeps must do.
    if layers.items.iter().map(Vec::len).sum::<usize>() <= 150 {
        swap_neighbours(layers, nodes, least);
    }
}

fn swap_neighbours(layers: &mut Layers, nodes: &[Node], mut least: usize) {
    let mut better = true;
    let mut rounds = 0;
    while better && least > 0 && rounds < 8 {
        better = false;
        rounds += 1;
        for layer in 0..layers.items.len() {
            for at in 1..layers.items[layer].len() {
                layers.items[layer].swap(at - 1, at);
                let now = crossings(layers, nodes);
                if now < least {
                    least = now;
                    better = true;
                } else {
                    layers.items[layer].swap(at - 1, at);
                }
            }
        }
    }
}

fn positions(items: &[Item]) -> BTreeMap<Item, usize> {
    items
        .iter()
        .enumerate()
        .map(|(at, &item)| (item, at))
        .collect()
}

/// Place of an end in its layer: whole numbers count items, the rest is how far down the box.
fn place(nodes: &[Node], positions: &BTreeMap<Item, usize>, end: &(Item, f64)) -> f64 {
    let at = positions.get(&end.0).copied().unwrap_or(0) as f64;
    match end.0 {
        Item::Node(node) => at + end.1 / (nodes[node].height + 1.0),
        Item::Lane(_) => at + 0.5,
    }
}

/// Sorts a layer by the mean place of what its items are connected to in the layer beside it.
fn settle(layers: &mut Layers, nodes: &[Node], layer: usize, from_left: bool) {
    let channel = if from_left { layer - 1 } else { layer };
    let other = if from_left { layer - 1 } else { layer + 1 };
    let there = positions(&layers.items[other]);
    let here = positions(&layers.items[layer]);
    let scale = layers.items[other].len().max(1) as f64 / layers.items[layer].len().max(1) as f64;
    let mut sums: BTreeMap<Item, (f64, f64)> = BTreeMap::new();
    for piece in &layers.channels[channel] {
        let (near, far) = if from_left {
            (&piece.rights, &piece.lefts)
        } else {
            (&piece.lefts, &piece.rights)
        };
        for end in near {
            for opposite in far {
                let sum = sums.entry(end.0).or_insert((0.0, 0.0));
                sum.0 += place(nodes, &there, opposite);
                sum.1 += 1.0;
            }
        }
    }
    let mean = |item: &Item| match sums.get(item) {
        Some((sum, count)) => sum / count,
        None => here.get(item).map_or(0.0, |&at| at as f64 * scale),
    };
    layers.items[layer].sort_by(|a, b| mean(a).total_cmp(&mean(b)));
}

/// Crossings of the straight lines between neighbouring layers.
fn crossings(layers: &Layers, nodes: &[Node]) -> usize {
    let mut total = 0;
    for channel in 0..layers.items.len().saturating_sub(1) {
        let left = positions(&layers.items[channel]);
        let right = positions(&layers.items[channel + 1]);
        let mut lines: Vec<(f64, f64)> = Vec::new();
        for piece in &layers.channels[channel] {
            for a in &piece.lefts {
                for b in &piece.rights {
                    lines.push((place(nodes, &left, a), place(nodes, &right, b)));
                }
            }
        }
        lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        total += inversions(&lines);
    }
    total
}

/// Pairs whose right ends stand the other way round than their left ends, counted in a binary
/// indexed tree.
fn inversions(lines: &[(f64, f64)]) -> usize {
    let mut ends: Vec<f64> = lines.iter().map(|l| l.1).collect();
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let mut tree = vec![0_usize; ends.len() + 1];
    let mut found = 0;
    for (seen, line) in lines.iter().enumerate() {
        let rank = ends.partition_point(|e| *e < line.1) + 1;
        let mut below = 0;
        let mut at = rank;
        while at > 0 {
            below += tree[at];
            at &= at - 1;
        }
        found += seen - below;
        let mut at = rank;
        while at < tree.len() {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    found
}
