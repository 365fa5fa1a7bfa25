//! Places for boxes and ways for lines: layered from left to right, lines at right angles, in
//! channels between the layers, so that none runs through a box.

use std::collections::BTreeMap;

use super::layers::{GAP, Item, Layers, Piece, layers};

/// A box to place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// A line between two boxes, from the one that refers to the one that is referred to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The referenced box.
    pub parent: usize,
    /// Where the line meets it, below its top.
    pub parent_y: f64,
    /// The referring box.
    pub child: usize,
    /// Where the line meets it, below its top.
    pub child_y: f64,
    /// Lines to the same place with the same class share their way.
    pub class: u8,
}

/// Where everything is.
#[derive(Debug, Default)]
pub struct Layout {
    /// Left top corner of each box.
    pub corners: Vec<(f64, f64)>,
    /// Corners of each line, from the referenced box to the referring one.
    pub routes: Vec<Vec<(f64, f64)>>,
    /// Where lines part from each other.
    pub forks: Vec<(f64, f64)>,
    /// Width of the whole.
    pub width: f64,
    /// Height of the whole.
    pub height: f64,
}

/// Room at each side of a channel for the ends of lines.
const END: f64 = 26.0;
/// Distance of two lines side by side.
const TRACK: f64 = 11.0;
/// Height that a lane through a layer takes.
const LANE: f64 = 14.0;
/// How many times wider than high a picture should be, roughly.
const ASPECT: f64 = 1.5;

/// Lays boxes and lines out.
pub fn layout(nodes: &[Node], edges: &[Edge]) -> Layout {
    if nodes.is_empty() {
        return Layout::default();
    }
    let area: f64 = nodes
        .iter()
        .map(|n| (n.height + GAP) * (n.width + 110.0))
        .sum();
    let tallest = nodes.iter().map(|n| n.height).fold(0.0, f64::max);
    let cap = (area / ASPECT).sqrt().max(tallest + GAP);
    let layers = layers(nodes, edges, cap);
    let tops = tops(nodes, &layers);
    let at =
        |layer: usize, end: &(Item, f64)| tops[layer].get(&end.0).copied().unwrap_or(0.0) + end.1;

    // Tracks of each channel, then the layers' places from left to right.
    let mut tracks: Vec<Vec<Option<usize>>> = Vec::new();
    let mut x = Vec::new();
    let mut right = 0.0;
    let mut starts = Vec::new();
    for (number, pieces) in layers.channels.iter().enumerate() {
        let width = layers.items[number]
            .iter()
            .map(|item| match item {
                Item::Node(node) => nodes[*node].width,
                Item::Lane(_) => 0.0,
            })
            .fold(0.0, f64::max);
        x.push(right);
        let spans: Vec<Span> = pieces
            .iter()
            .map(|p| Span {
                lefts: p.lefts.iter().map(|e| at(number, e)).collect(),
                rights: p.rights.iter().map(|e| at(number + 1, e)).collect(),
            })
            .collect();
        let assigned = assign_tracks(&spans);
        let count = assigned.iter().flatten().max().map_or(0, |most| most + 1);
        starts.push(right + width + END);
        right += width;
        if number + 1 < layers.channels.len() {
            right += 2.0 * END + count.saturating_sub(1) as f64 * TRACK;
        } else if count > 0 {
            right += END + count as f64 * TRACK;
        }
        tracks.push(assigned);
    }
    let mut result = Layout {
        corners: vec![(0.0, 0.0); nodes.len()],
        routes: vec![Vec::new(); edges.len()],
        width: right,
        ..Layout::default()
    };
    for (layer, items) in layers.items.iter().enumerate() {
        for item in items {
            if let Item::Node(node) = item {
                let top = tops[layer].get(item).copied().unwrap_or(0.0);
                result.corners[*node] = (x[layer], top);
                result.height = result.height.max(top + nodes[*node].height);
            } else {
                let lane = tops[layer].get(item).copied().unwrap_or(0.0);
                result.height = result.height.max(lane + LANE);
            }
        }
    }
    let ways = Ways {
        nodes,
        edges,
        layers: &layers,
        tops: &tops,
        tracks: &tracks,
        starts: &starts,
    };
    for net in 0..layers.nets.len() {
        ways.route(net, &mut result);
    }
    result
}

/// Tops of the items of each layer.
fn tops(nodes: &[Node], layers: &Layers) -> Vec<BTreeMap<Item, f64>> {
    let height = |item: &Item| match item {
        Item::Node(node) => nodes[*node].height,
        Item::Lane(_) => 0.0,
    };
    let mut tops: Vec<BTreeMap<Item, f64>> = Vec::new();
    for items in &layers.items {
        let mut top = 0.0;
        let mut of = BTreeMap::new();
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                top += height(&items[number - 1]) + gap(&items[number - 1], item);
            }
            of.insert(*item, top);
        }
        tops.push(of);
    }
    let count = tops.len();
    for round in 0..14 {
        let sides = match round {
            12.. => (true, true),
            n if n % 2 == 0 => (true, false),
            _ => (false, true),
        };
        let order: Vec<usize> = if round % 2 == 0 {
            (0..count).collect()
        } else {
            (0..count).rev().collect()
        };
        for layer in order {
            let wanted = wishes(layers, &tops, layer, sides);
            let items = &layers.items[layer];
            let placed = separate(items, &wanted, &tops[layer], &height);
            tops[layer] = items.iter().copied().zip(placed).collect();
        }
    }
    let least = tops
        .iter()
        .flat_map(|t| t.values())
        .copied()
        .fold(f64::INFINITY, f64::min);
    for layer in &mut tops {
        for top in layer.values_mut() {
            *top = (*top - least).round();
        }
    }
    tops
}

fn gap(above: &Item, below: &Item) -> f64 {
    match (above, below) {
        (Item::Node(_), Item::Node(_)) => GAP,
        (Item::Lane(_), Item::Lane(_)) => LANE,
        _ => LANE + 2.0,
    }
}

/// Where each item would like its top to be: sums of places, and how many ask for it.
fn wishes(
    layers: &Layers,
    tops: &[BTreeMap<Item, f64>],
    layer: usize,
    (left, right): (bool, bool),
) -> BTreeMap<Item, (f64, f64)> {
    let mut wanted: BTreeMap<Item, (f64, f64)> = BTreeMap::new();
    let mut add = |near: &[(Item, f64)], far: &[(Item, f64)], other: usize| {
        for end in near {
            for opposite in far {
                let Some(top) = tops[other].get(&opposite.0) else {
                    continue;
                };
                // Straight lanes matter more than straight ends.
                let weight = match (end.0, opposite.0) {
                    (Item::Lane(_), Item::Lane(_)) => 6.0,
                    (Item::Node(_), Item::Node(_)) => 1.0,
                    _ => 2.0,
                } / far.len() as f64;
                let wish = wanted.entry(end.0).or_insert((0.0, 0.0));
                wish.0 += weight * (top + opposite.1 - end.1);
                wish.1 += weight;
            }
        }
    };
    if left && layer > 0 {
        for piece in &layers.channels[layer - 1] {
            add(&piece.rights, &piece.lefts, layer - 1);
        }
    }
    if right && layer + 1 < tops.len() {
        for piece in &layers.channels[layer] {
            add(&piece.lefts, &piece.rights, layer + 1);
        }
    }
    wanted
}

/// Tops nearest to the wishes that keep the order and the gaps: items that would overlap are
/// moved together as one block (isotonic regression).
fn separate(
    items: &[Item],
    wanted: &BTreeMap<Item, (f64, f64)>,
    now: &BTreeMap<Item, f64>,
    height: &dyn Fn(&Item) -> f64,
) -> Vec<f64> {
    struct Block {
        sum: f64,
        weight: f64,
        count: usize,
    }
    let mut offsets = Vec::with_capacity(items.len());
    let mut offset = 0.0;
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            offset += height(&items[number - 1]) + gap(&items[number - 1], item);
        }
        offsets.push(offset);
    }
    let mut blocks: Vec<Block> = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let (wish, weight) = match wanted.get(item) {
            Some((sum, weight)) => (sum / weight, *weight),
            // Nobody asks: it stays where it is, unless others push.
            None => (now.get(item).copied().unwrap_or(0.0), 0.05),
        };
        let mut block = Block {
            sum: (wish - offsets[number]) * weight,
            weight,
            count: 1,
        };
        while let Some(last) = blocks.last() {
            if last.sum / last.weight <= block.sum / block.weight {
                break;
            }
            block.sum += last.sum;
            block.weight += last.weight;
            block.count += last.count;
            blocks.pop();
        }
        blocks.push(block);
    }
    let mut placed = Vec::with_capacity(items.len());
    for block in blocks {
        for _ in 0..block.count {
            let number = placed.len();
            placed.push(block.sum / block.weight + offsets[number]);
        }
    }
    placed
}

/// The heights at which a piece enters and leaves its channel.
#[derive(Debug)]
struct Span {
    lefts: Vec<f64>,
    rights: Vec<f64>,
}

impl Span {
    fn low(&self) -> f64 {
        self.lefts
            .iter()
            .chain(&self.rights)
            .copied()
            .fold(f64::INFINITY, f64::min)
    }

    fn high(&self) -> f64 {
        self.lefts
            .iter()
            .chain(&self.rights)
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
    }

    /// Runs straight through, without a vertical part.
    fn straight(&self) -> bool {
        self.high() - self.low() < 0.5 && !self.rights.is_empty() && !self.lefts.is_empty()
    }

    /// Crossings when this one turns left of the other; lines that would lie on each other count
    /// as many.
    fn cost_left_of(&self, other: &Self) -> usize {
        let within = |y: f64, span: &Self| y > span.low() - 3.0 && y < span.high() + 3.0;
        let mut cost = self.rights.iter().filter(|y| within(**y, other)).count()
            + other.lefts.iter().filter(|y| within(**y, self)).count();
        for right in &self.rights {
            cost += 50
                * other
                    .lefts
                    .iter()
                    .filter(|left| (*left - right).abs() < 4.0)
                    .count();
        }
        cost
    }
}

/// The vertical track of each piece, counted from the left; none for straight ones.
fn assign_tracks(spans: &[Span]) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..spans.len()).filter(|&s| !spans[s].straight()).collect();
    order.sort_by(|&a, &b| spans[a].low().total_cmp(&spans[b].low()).then(a.cmp(&b)));
    // Insertion where it costs least, then neighbours change places while that helps.
    let mut sorted: Vec<usize> = Vec::new();
    for piece in order {
        let cost = |at: usize| -> usize {
            let before = sorted[..at]
                .iter()
                .map(|&o| spans[o].cost_left_of(&spans[piece]));
            let after = sorted[at..]
                .iter()
                .map(|&o| spans[piece].cost_left_of(&spans[o]));
            before.sum::<usize>() + after.sum::<usize>()
        };
        let best = (0..=sorted.len())
            .min_by_key(|&at| (cost(at), at))
            .unwrap_or(0);
        sorted.insert(best, piece);
    }
    let mut tracks: Vec<Option<usize>> = vec![None; spans.len()];
    for (number, &piece) in sorted.iter().enumerate() {
        let apart = |other: usize| {
            spans[other].high() + 6.0 < spans[piece].low()
                || spans[piece].high() + 6.0 < spans[other].low()
        };
        let track = sorted[..number]
            .iter()
            .filter(|&&other| !apart(other))
            .filter_map(|&other| tracks[other].map(|t| t + 1))
            .max()
            .unwrap_or(0);
        tracks[piece] = Some(track);
    }
    tracks
}

/// Everything that is known when lines are drawn.
struct Ways<'a> {
    nodes: &'a [Node],
    edges: &'a [Edge],
    layers: &'a Layers,
    tops: &'a [BTreeMap<Item, f64>],
    tracks: &'a [Vec<Option<usize>>],
    starts: &'a [f64],
}

impl Ways<'_> {
    fn y(&self, layer: usize, item: Item, below: f64) -> f64 {
        self.tops[layer].get(&item).copied().unwrap_or(0.0) + below
    }

    /// Where a net turns in a channel.
    fn turn(&self, channel: usize, net: usize) -> Option<f64> {
        let at = self.layers.channels[channel]
            .iter()
            .position(|p| p.net == net)?;
        let track = self.tracks[channel][at]?;
        Some(self.starts[channel] + track as f64 * TRACK)
    }

    fn route(&self, number: usize, result: &mut Layout) {
        let net = &self.layers.nets[number];
        let home = self.layers.of[net.parent];
        let (left, top) = result.corners[net.parent];
        let begin = if net.rightward {
            left + self.nodes[net.parent].width
        } else {
            left
        };
        for &edge in &net.edges {
            let child = self.edges[edge].child;
            let target = self.layers.of[child];
            let mut points = vec![(begin, top + net.parent_y)];
            let mut layer = home;
            let (child_left, child_top) = result.corners[child];
            let end_y = child_top + self.edges[edge].child_y;
            let is_loop = child == net.parent;
            loop {
                let channel = if net.rightward {
                    layer
                } else {
                    layer.wrapping_sub(1)
                };
                let next = if is_loop {
                    layer
                } else if net.rightward {
                    layer + 1
                } else {
                    layer.wrapping_sub(1)
                };
                let y = points.last().map_or(0.0, |p| p.1);
                let to = if next == target {
                    end_y
                } else {
                    self.y(next, Item::Lane(number), 0.0)
                };
                if (to - y).abs() > 0.1
                    && let Some(x) = self.turn(channel, number)
                {
                    points.push((x, y));
                    points.push((x, to));
                }
                layer = next;
                if layer == target {
                    break;
                }
            }
            let end = if net.rightward && !is_loop {
                child_left
            } else {
                child_left + self.nodes[child].width
            };
            points.push((end, end_y));
            result.routes[edge] = points;
        }
        self.forks(number, result);
    }

    /// Where more than two parts of a net meet.
    fn forks(&self, number: usize, result: &mut Layout) {
        for (channel, pieces) in self.layers.channels.iter().enumerate() {
            for piece in pieces.iter().filter(|p| p.net == number) {
                let Some(x) = self.turn(channel, number) else {
                    continue;
                };
                let (lefts, rights) = ends(self, piece, channel);
                let mut all: Vec<f64> = lefts.iter().chain(&rights).copied().collect();
                all.sort_by(f64::total_cmp);
                all.dedup();
                for (at, y) in all.iter().enumerate() {
                    let parts = usize::from(at > 0)
                        + usize::from(at + 1 < all.len())
                        + usize::from(lefts.contains(y))
                        + usize::from(rights.contains(y));
                    if parts > 2 {
                        result.forks.push((x, *y));
                    }
                }
            }
        }
    }
}

/// Heights of a piece's ends at the left and at the right.
fn ends(ways: &Ways<'_>, piece: &Piece, channel: usize) -> (Vec<f64>, Vec<f64>) {
    let lefts = piece
        .lefts
        .iter()
        .map(|(item, below)| ways.y(channel, *item, *below));
    let rights = piece
        .rights
        .iter()
        .map(|(item, below)| ways.y(channel + 1, *item, *below));
    (lefts.collect(), rights.collect())
}
