//! How the size of an index is counted against a budget.

use pgwright_catalog::{Index, IndexKey, QualifiedName};
use pgwright_planner::{Statistics, size::PAGE};

/// How sizes are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// As the index would be.
    #[default]
    Honest,
    /// As hypopg estimates it, which is what published figures of advisors count: every key apart, with more
    /// room around it. Two to three times as much for keys that repeat. B-trees on columns only.
    Hypopg,
}

/// The bytes that hypopg estimates for a B-tree on columns; none for what it counts otherwise.
///
/// Its formula: rows × (average widths + 8 bytes a column + 4 bytes a column, rounded up to eights) × 1.3 for fill
/// and bloat, in pages with 40 bytes of headers. Source: `hypo_estimate_index` of `hypopg_index.c`.
pub fn hypopg(table: &QualifiedName, index: &Index, statistics: &Statistics) -> Option<u64> {
    let known = statistics.tables.get(table)?;
    if index.method.as_str() != "btree" || index.predicate.is_some() {
        return None;
    }
    let keys = index.elements.iter().map(|e| match &e.key {
        IndexKey::Column(name) => Some(name),
        IndexKey::Expression(_) => None,
    });
    let columns: Option<Vec<_>> = keys.chain(index.include.iter().map(Some)).collect();
    let columns = columns?;
    let mut width = 0.0;
    for column in &columns {
        width += f64::from(known.columns.get(*column)?.average_width);
    }
    let count = columns.len() as f64;
    let line = width + 8.0 * count + (4.0 * count / 8.0).ceil() * 8.0;
    let pages = (known.rows? * line * 1.3 / (PAGE - 40.0)).floor().max(1.0);
    Some((pages * PAGE) as u64)
}
