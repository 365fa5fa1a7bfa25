//! Indexes that are dispensable.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, Index, IndexElement, IndexKey, Name};

use crate::advise::Item;
use crate::ask::Asker;
use crate::search::{Answer, Problem};
use crate::set::Set;

/// Indexes that are there and that nothing gets dearer without.
pub(crate) fn drops(
    asker: &mut Asker<'_>,
    problem: &Problem,
    items: &[Item],
    catalog: &Catalog,
    found: &Answer,
    chosen: &mut Set,
) -> BTreeMap<usize, String> {
    let mut used_by = BTreeMap::new();
    let planned: Vec<usize> = (0..asker.forms.len()).collect();
    // Those with more keys are looked at last: what they begin with goes first.
    let mut order: Vec<usize> = problem.there.iter().collect();
    order.sort_by_key(|n| (items[*n].index.elements.len(), *n));
    for number in order {
        let item = &items[number];
        if item.index.unique || needed_by_key(item, number, items, chosen, catalog) {
            continue;
        }
        let without = chosen.without(number);
        let mut dearer = problem.upkeep(&without) - problem.upkeep(chosen);
        let mut used = false;
        let mut sure = true;
        for form in &planned {
            let with = asker.using(*form, chosen);
            let then = asker.cost(*form, &without);
            match (with, then) {
                (Some((using, cost)), Some(then)) => {
                    used |= using.contains(number);
                    dearer += asker.forms[*form].weight * (then - cost);
                }
                _ => sure = false,
            }
        }
        // A hundredth of a per cent is what two plans of the same cost differ by.
        if !sure || dearer > found.cost * 1e-4 {
            continue;
        }
        used_by.insert(number, used);
        *chosen = without;
    }
    let mut dropped = BTreeMap::new();
    for (number, used) in used_by {
        let item = &items[number];
        let covers =
            |n: &usize| items[*n].table == item.table && begins(&items[*n].index, &item.index);
        let why = match (chosen.iter().find(covers), used) {
            (Some(other), _) => format!("{} begins with the same keys", items[other].name),
            (None, false) => "no statement of the workload uses it".to_owned(),
            (None, true) => "what used it is as cheap without it".to_owned(),
        };
        dropped.insert(number, why);
    }
    dropped
}

/// Whether an index begins with all keys of the other, and has the same rows.
fn begins(longer: &Index, shorter: &Index) -> bool {
    let same = |(a, b): (&IndexElement, &IndexElement)| {
        a.key == b.key && a.operator_class == b.operator_class && a.collation == b.collation
    };
    longer.method == shorter.method
        && longer.method.as_str() == "btree"
        && longer.predicate == shorter.predicate
        && longer.elements.len() >= shorter.elements.len()
        && longer.elements.iter().zip(&shorter.elements).all(same)
        && (shorter.include.is_empty() || longer.include == shorter.include)
}

/// Whether a foreign key would be left without an index to find its rows by.
fn needed_by_key(
    item: &Item,
    number: usize,
    items: &[Item],
    chosen: &Set,
    catalog: &Catalog,
) -> bool {
    let Some(table) = catalog.tables.get(&item.table) else {
        return false;
    };
    let leads = |index: &Index, columns: &[Name]| {
        let keys = index.elements.iter().take(columns.len());
        let keys: BTreeSet<&Name> = keys
            .filter_map(|e| match &e.key {
                IndexKey::Column(name) => Some(name),
                IndexKey::Expression(_) => None,
            })
            .collect();
        index.predicate.is_none() && keys == columns.iter().collect()
    };
    table.foreign_keys().any(|(_, key)| {
        let other = chosen.iter().any(|n| {
            n != number && items[n].table == item.table && leads(&items[n].index, &key.columns)
        });
        let own_key = table
            .keys()
            .any(|(_, k)| k.columns.starts_with(&key.columns));
        leads(&item.index, &key.columns) && !other && !own_key
    })
}
