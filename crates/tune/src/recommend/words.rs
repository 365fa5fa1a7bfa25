//! Rationale in words.

use std::collections::BTreeSet;

use pgwright_catalog::{Catalog, IndexKey};
use pgwright_planner::{Node, Statistics};

use crate::advise::{Advice, Item};
use crate::candidate::Kind;

/// A count as a person reads it: `80 million`.
pub(crate) fn count(number: f64) -> String {
    match number {
        n if n >= 0.9995e9 => format!("{} billion", short(n / 1e9)),
        n if n >= 0.9995e6 => format!("{} million", short(n / 1e6)),
        n if n >= 1e4 => format!("{:.0} thousand", n / 1e3),
        n => format!("{n:.0}"),
    }
}

fn short(number: f64) -> String {
    let text = match number {
        n if n < 10.0 => format!("{n:.1}"),
        n => format!("{n:.0}"),
    };
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// With a capital at its beginning.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        // A name is spelled as it is.
        Some(first) if !text.contains('_') => first.to_uppercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

/// Why an index: what plans do with it.
pub(super) fn of_index(
    item: &Item,
    advice: &Advice,
    catalog: &Catalog,
    statistics: &Statistics,
) -> String {
    let mut said: Vec<String> = Vec::new();
    let rows = statistics.tables.get(&item.table).and_then(|t| t.rows);
    let mut uses: BTreeSet<&'static str> = BTreeSet::new();
    let mut replaced: BTreeSet<&'static str> = BTreeSet::new();
    for priced in &advice.priced {
        let nodes = priced.after.root.walk();
        let own = nodes
            .iter()
            .filter(|n| n.index.as_deref() == Some(item.name.as_str()));
        let own: Vec<&&Node> = own.collect();
        if own.is_empty() {
            continue;
        }
        uses.extend(own.iter().map(|n| use_of(n)));
        for node in priced.before.root.walk() {
            let same = node.relation.as_deref() == Some(item.table.name.as_str());
            match node.node_type.as_str() {
                "Seq Scan" if same => {
                    replaced.insert("reading the whole table");
                }
                "Sort" | "Incremental Sort"
                    if !nodes.iter().any(|n| n.node_type == node.node_type) =>
                {
                    replaced.insert("sorting");
                }
                _ => {}
            }
        }
    }
    if !uses.is_empty() {
        let uses: Vec<&str> = uses.into_iter().collect();
        let mut text = format!("Plans use it {}", uses.join(" and "));
        if !replaced.is_empty() {
            let replaced: Vec<&str> = replaced.into_iter().collect();
            text.push_str(&format!(" instead of {}", replaced.join(" and ")));
        }
        if let Some(rows) = rows {
            text.push_str(&format!(", on a table of {} rows", count(rows)));
        }
        text.push('.');
        said.push(text);
    }
    said.extend(of_kind(item, rows));
    if let Some(first) = item.index.elements.first()
        && let IndexKey::Column(name) = &first.key
    {
        let references = catalog.tables.get(&item.table);
        let mut keys = references.into_iter().flat_map(|t| t.foreign_keys());
        if keys.any(|(_, k)| k.columns.first() == Some(name)) {
            said.push(
                "It also serves the foreign key, which looks here when a referred row is deleted."
                    .to_owned(),
            );
        }
    }
    said.join(" ")
}

fn use_of(node: &Node) -> &'static str {
    let search = node.details.iter().any(|(label, _)| label == "Index Cond");
    match (node.node_type.as_str(), search, node.loops > 1.5) {
        ("Index Only Scan", true, _) => "to answer from the index alone",
        ("Index Only Scan", false, _) => "as a smaller copy of the table",
        ("Bitmap Index Scan", _, _) => "to find the pages that hold rows",
        (_, true, true) => "to look up the rows of each row joined",
        (_, true, false) => "to go straight to the rows",
        _ => "to read rows in order",
    }
}

/// What is to be known of a kind.
fn of_kind(item: &Item, rows: Option<f64>) -> Option<String> {
    let elements = &item.index.elements;
    match item.kind? {
        Kind::Partial => {
            let share = item.rows / rows.filter(|r| *r > 0.0)?;
            Some(format!(
                "It holds {} rows, {:.1} % of the table: those that statements name by a constant.",
                count(item.rows),
                share * 100.0
            ))
        }
        Kind::Expression if elements.iter().any(|e| e.operator_class.is_some()) => {
            Some("Patterns are compared byte by byte, so it needs an operator class of its own.".to_owned())
        }
        Kind::Expression => Some(
            "Statements compare an expression, which no index on the column serves; ANALYZE gives the expression \
             statistics of its own."
                .to_owned(),
        ),
        Kind::Gin => Some("It has an entry for every part of a value, which a B-tree cannot search.".to_owned()),
        Kind::Gist => Some("It finds what overlaps, which has no order.".to_owned()),
        Kind::Brin => Some(
            "Rows lie in the order of the column, so the least and greatest value of each range of pages are enough: \
             it is hardly larger than nothing, and hardly costs writes."
                .to_owned(),
        ),
        Kind::Hash => Some("Long values are compared for equality only; it holds four bytes of each.".to_owned()),
        Kind::Btree if !item.index.include.is_empty() => Some(
            "It includes the columns that statements read besides, so that the table need not be visited where pages \
             are all-visible: VACUUM keeps that so."
                .to_owned(),
        ),
        Kind::Btree => None,
    }
}
