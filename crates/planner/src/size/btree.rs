//! B-trees: leaf pages with equal keys kept once, and the levels above them.

use super::layout::{KeyShape, align, tuple_width};
use super::{IndexContent, IndexShape, IndexSize, PAGE, whole};

/// A page without its header (24), special space (16), the slot of its high key (4) and the slot that is
/// kept free (4).
const SPACE: f64 = PAGE - 24.0 - 16.0 - 4.0 - 4.0;
/// The fill factor of pages above the leaves.
const INTERNAL_FILL: f64 = 70.0;
/// A list of row addresses is not made longer than a tenth of a page.
const LONGEST_LIST: f64 = 812.0;
/// Bytes of a row address.
const ADDRESS: f64 = 6.0;
/// Bytes of a tuple's slot.
const SLOT: f64 = 4.0;

/// The size of a B-tree as built.
pub fn btree_size(shape: &IndexShape, content: IndexContent) -> IndexSize {
    let rows = content.rows;
    if rows < 1.0 {
        return IndexSize {
            pages: 1,
            height: Some(0),
            gin: None,
        };
    }
    let key = key_width(shape);
    let bytes = match shape.deduplicates {
        true => deduplicated_bytes(shape, rows, present_width(shape)),
        false => rows * (key + SLOT),
    };
    let fill = f64::from(shape.fill_factor.unwrap_or(90).clamp(10, 100));
    let free = (PAGE * (100.0 - fill) / 100.0).floor();
    // Filling goes on until less than that is free; the last tuple then moves to the next page.
    let average = (bytes / rows).max(key.min(LONGEST_LIST) + SLOT);
    let average = if shape.deduplicates {
        average.min(key + SLOT)
    } else {
        average
    };
    let per_page = ((SPACE - free) / average).floor().max(1.0);
    let leaves = match shape.deduplicates {
        true => (bytes / (per_page * average)).ceil().max(1.0),
        false => (rows / per_page).ceil().max(1.0),
    };
    let (height, internal) = levels(leaves, pivot_width(shape));
    IndexSize {
        pages: whole(leaves + internal + 1.0),
        height: Some(height),
        gin: None,
    }
}

/// The height of a B-tree of that many pages.
pub fn btree_height(shape: &IndexShape, pages: u64) -> u32 {
    // The metapage is no page of the tree, and those above the leaves are few.
    let tree = pages.saturating_sub(1).max(1) as f64;
    let (_, internal) = levels(tree, pivot_width(shape));
    levels((tree - internal).max(1.0), pivot_width(shape)).0
}

/// The levels above `leaves` leaf pages, and the pages they have.
fn levels(leaves: f64, pivot: f64) -> (u32, f64) {
    let per_page = fan_out(pivot);
    let (mut height, mut pages, mut level) = (0, 0.0, leaves);
    while level > 1.0 {
        level = (level / per_page).ceil();
        pages += level;
        height += 1;
    }
    (height, pages)
}

fn fan_out(pivot: f64) -> f64 {
    let free = PAGE * (100.0 - INTERNAL_FILL) / 100.0;
    ((SPACE - free) / (pivot + SLOT)).floor().max(2.0)
}

/// The average bytes of a leaf tuple, with its address in the header.
fn key_width(shape: &IndexShape) -> f64 {
    let columns = || shape.keys.iter().chain(&shape.included);
    let full = tuple_width(8.0, columns());
    // A row with nulls has a bitmap for them.
    let without_nulls: f64 = columns().map(|c| 1.0 - c.null_fraction).product();
    full + 8.0 * (1.0 - without_nulls)
}

/// The average bytes of a leaf tuple whose key is not null, of an index on one column.
fn present_width(shape: &IndexShape) -> f64 {
    match shape.keys.as_slice() {
        [only] => {
            let present = KeyShape {
                null_fraction: 0.0,
                ..only.clone()
            };
            tuple_width(8.0, std::iter::once(&present))
        }
        _ => key_width(shape),
    }
}

/// The bytes of a tuple above the leaves: columns that do not help to tell pages apart are cut off.
fn pivot_width(shape: &IndexShape) -> f64 {
    let mut needed = Vec::new();
    let mut told_apart = 1.0;
    let rows = shape.combinations.unwrap_or(f64::INFINITY);
    for key in &shape.keys {
        needed.push(key);
        told_apart *= key.distinct.unwrap_or(200.0);
        // Neighbouring pages mostly differ in the columns so far.
        if told_apart * 100.0 >= rows {
            break;
        }
    }
    let width = tuple_width(8.0, needed.into_iter());
    // Among equal keys the row address decides as well.
    let equal = shape.deduplicates && shape.combinations.is_some_and(|c| c < 1000.0);
    width + if equal { 8.0 } else { 0.0 }
}

/// The bytes of all leaf tuples, when equal keys are kept once with a list of addresses.
fn deduplicated_bytes(shape: &IndexShape, rows: f64, key: f64) -> f64 {
    let mut bytes = 0.0;
    let mut rest = rows;
    let mut groups = 0.0;
    if let [only] = shape.keys.as_slice() {
        for fraction in &only.most_common {
            let size = (fraction * rows).min(rest);
            bytes += group_bytes(size, key);
            rest -= size;
            groups += 1.0;
        }
        let nulls = (only.null_fraction * rows).min(rest);
        if nulls >= 1.0 {
            bytes += group_bytes(nulls, 16.0);
            rest -= nulls;
        }
    }
    if rest < 1.0 {
        return bytes;
    }
    let distinct = shape.combinations.unwrap_or(rows);
    let distinct = (distinct - groups).clamp(1.0, rest);
    bytes + distinct * average_group_bytes(rest / distinct, key)
}

/// The bytes that a group of equal keys takes on average, its size spread around `average` by chance.
fn average_group_bytes(average: f64, key: f64) -> f64 {
    if average >= 30.0 {
        return group_bytes(average, key);
    }
    if average <= 1.000_01 {
        return key + SLOT;
    }
    // Poisson among groups that are there: m / (1 - e^-m) = average.
    let mut m = average;
    for _ in 0..50 {
        m = average * (1.0 - (-m).exp());
    }
    let mut probability = (-m).exp();
    let (mut bytes, mut seen) = (0.0, 0.0);
    for size in 1..200 {
        probability *= m / f64::from(size);
        bytes += probability * group_bytes(f64::from(size), key);
        seen += probability;
    }
    if seen > 0.0 { bytes / seen } else { key + SLOT }
}

/// The bytes of one group of equal keys: lists as long as they may be, and one with the rest.
fn group_bytes(rows: f64, key: f64) -> f64 {
    if rows < 1.5 {
        return (key + SLOT) * rows;
    }
    let most = ((align(LONGEST_LIST - 7.0, 8.0) - key) / ADDRESS).floor();
    if most < 2.0 {
        return rows * (key + SLOT);
    }
    let list = |n: f64| align(key + n * ADDRESS, 8.0) + SLOT;
    let full = (rows / most).floor();
    let rest = rows - full * most;
    let last = match rest {
        r if r < 0.5 => 0.0,
        r if r < 1.5 => key + SLOT,
        r => list(r),
    };
    full * list(most) + last
}

#[cfg(test)]
mod tests {
    use super::super::layout::Alignment;
    use super::*;

    fn integer(distinct: f64) -> KeyShape {
        KeyShape {
            length: Some(4),
            alignment: Alignment::Int,
            width: 4.0,
            widths: Vec::new(),
            null_fraction: 0.0,
            distinct: Some(distinct),
            most_common: Vec::new(),
        }
    }

    fn index(keys: Vec<KeyShape>, combinations: f64) -> IndexShape {
        IndexShape {
            method: "btree".to_owned(),
            unique: false,
            fill_factor: None,
            deduplicates: true,
            pages_per_range: 128,
            keys,
            included: Vec::new(),
            combinations: Some(combinations),
        }
    }

    fn of(rows: f64) -> IndexContent {
        IndexContent {
            rows,
            table_pages: 0.0,
            elements: 1.0,
            distinct_elements: 0.0,
        }
    }

    /// Sizes that PostgreSQL 15 and 18 build.
    #[test]
    fn sizes_of_integers_are_those_of_the_server() {
        let unique = btree_size(&index(vec![integer(1e6)], 1e6), of(1e6));
        assert_eq!((unique.pages, unique.height), (2745, Some(2)));
        // A hundred thousand values ten times each: 856 pages.
        let tenfold = btree_size(&index(vec![integer(1e5)], 1e5), of(1e6));
        assert!((830..=1180).contains(&tenfold.pages), "{tenfold:?}");
        // A thousand values a thousand times each: 847 pages.
        let thousand = btree_size(&index(vec![integer(1e3)], 1e3), of(1e6));
        assert!((800..=900).contains(&thousand.pages), "{thousand:?}");
    }

    #[test]
    fn heights_grow_with_pages() {
        let shape = index(vec![integer(1e9)], 1e9);
        let heights = [1, 2, 4, 200, 300, 80_000, 90_000].map(|pages| btree_height(&shape, pages));
        assert_eq!(heights, [0, 0, 1, 1, 2, 2, 3]);
    }
}
