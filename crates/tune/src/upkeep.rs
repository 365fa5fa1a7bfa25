//! What indexes cost when rows are written, in the planner's unit: a page read in sequence.
//!
//! EXPLAIN leaves it out. A new row puts an entry into every index of its table; so does an update, unless it
//! changes no column of any index and the row's page has room (a heap-only tuple). An entry costs a descent of the
//! tree, a page changed and its record in the write-ahead log.

use std::collections::BTreeSet;

use pgwright_catalog::{Name, QualifiedName};

use crate::set::Set;

/// `cpu_operator_cost`, and the comparisons of a level as the planner counts them.
const LEVEL: f64 = 50.0 * 0.0025;
/// A page changed where rows come in any order: part of a page written at a checkpoint, and its log.
const ANYWHERE: f64 = 1.0;
/// The same at the end of the index, where one page takes a hundred entries.
const AT_THE_END: f64 = 0.1;
/// Entries of an element, put off and sorted in (GIN's pending list).
const ELEMENT: f64 = 0.15;
/// What is not removed at once but by VACUUM.
const VACUUMED: f64 = 0.3;

/// An index, as writes see it.
#[derive(Debug, Clone)]
pub struct Upkeep {
    /// Its table.
    pub table: QualifiedName,
    /// The columns that it depends on.
    pub columns: BTreeSet<Name>,
    /// The first column, when its keys come in order.
    pub leading: Option<Name>,
    /// Access method.
    pub method: String,
    /// Levels above the leaves.
    pub height: u32,
    /// The share of the table's rows that it has entries of.
    pub share: f64,
}

/// Writes of a statement in a day.
#[derive(Debug, Clone)]
pub struct Writes {
    /// The table.
    pub table: QualifiedName,
    /// Rows inserted.
    pub inserted: f64,
    /// Rows updated.
    pub updated: f64,
    /// Rows deleted.
    pub deleted: f64,
    /// The columns that an update sets.
    pub columns: BTreeSet<Name>,
    /// Columns whose new values are the latest.
    pub latest: BTreeSet<Name>,
}

impl Upkeep {
    /// The cost of an entry of this index.
    fn entry(&self, writes: &Writes) -> f64 {
        let in_order = self
            .leading
            .as_ref()
            .is_some_and(|c| writes.latest.contains(c));
        let page = if in_order { AT_THE_END } else { ANYWHERE };
        let cost = match self.method.as_str() {
            "btree" => f64::from(self.height + 1) * LEVEL + page,
            "gin" => 8.0 * ELEMENT + ANYWHERE,
            "brin" => 0.01,
            _ => 2.0 * LEVEL + ANYWHERE,
        };
        cost * self.share.clamp(0.0, 1.0)
    }
}

/// What a set of indexes costs in a day of writes. `fixed` are those that are always there.
pub fn upkeep(indexes: &[Upkeep], set: &Set, fixed: &[Upkeep], writes: &[Writes]) -> f64 {
    let mut total = 0.0;
    for write in writes {
        let chosen = set.iter().filter_map(|n| indexes.get(n));
        let all: Vec<&Upkeep> = chosen
            .chain(fixed)
            .filter(|i| i.table == write.table)
            .collect();
        let each: f64 = all.iter().map(|i| i.entry(write)).sum();
        let of_constraints: f64 = fixed
            .iter()
            .filter(|i| i.table == write.table)
            .map(|i| i.entry(write))
            .sum();
        // What the constraints alone cost is no choice.
        total += write.inserted * (each - of_constraints);
        let touched = |i: &&Upkeep| !i.columns.is_disjoint(&write.columns);
        if fixed
            .iter()
            .filter(|i| i.table == write.table)
            .any(|i| touched(&i))
        {
            total += write.updated * (each - of_constraints);
        } else if all.iter().any(touched) {
            total += write.updated * each;
        }
        total += write.deleted * VACUUMED * (each - of_constraints);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(columns: &[&str]) -> Upkeep {
        Upkeep {
            table: QualifiedName::new("public", "t"),
            columns: columns.iter().map(|c| Name::new(*c)).collect(),
            leading: columns.first().map(|c| Name::new(*c)),
            method: "btree".to_owned(),
            height: 2,
            share: 1.0,
        }
    }

    fn writes(inserted: f64, updated: f64, columns: &[&str]) -> Writes {
        Writes {
            table: QualifiedName::new("public", "t"),
            inserted,
            updated,
            deleted: 0.0,
            columns: columns.iter().map(|c| Name::new(*c)).collect(),
            latest: BTreeSet::new(),
        }
    }

    #[test]
    fn an_update_costs_nothing_while_rows_stay_heap_only() {
        let indexes = [index(&["a"]), index(&["b"])];
        let key = [index(&["id"])];
        let update = [writes(0.0, 100.0, &["b"])];
        let cost = |set: &[usize]| upkeep(&indexes, &set.iter().copied().collect(), &key, &update);
        assert_eq!(cost(&[0]), 0.0);
        // The index on the column, and the entries of the key that an update did without.
        assert!(cost(&[1]) > 200.0);
        assert!(cost(&[0, 1]) > cost(&[1]));
    }

    #[test]
    fn keys_that_come_in_order_cost_less_than_others() {
        let indexes = [index(&["at"]), index(&["x"])];
        let mut insert = writes(100.0, 0.0, &[]);
        insert.latest.insert(Name::new("at"));
        let insert = [insert];
        let cost = |n: usize| upkeep(&indexes, &[n].into_iter().collect(), &[], &insert);
        assert!(cost(0) < cost(1) && cost(0) > 0.0);
    }
}
