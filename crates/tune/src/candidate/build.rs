//! Indexes for one access.

use std::collections::BTreeSet;

use pgwright_catalog::{Catalog, Expression, Index, IndexElement, IndexKey, Name, QualifiedName};
use pgwright_planner::{Statistics, TableStatistics};

use super::Kind;
use super::keys::{self, element};
use crate::access::{Access, Constant, Key};

/// More columns than this are not included.
const MOST_INCLUDED: usize = 8;
/// An index that would hold more than this of a row is the table over again.
const WIDEST: f64 = 0.7;
/// A column whose values are named in statements has not more of them, or it is no state but a key.
const FEW_VALUES: f64 = 200.0;
/// Rows in the order of a column, by its correlation.
const ORDERED: f32 = 0.8;
/// A table smaller than this is read as quickly without an index of ranges of pages, in pages.
const LARGE: u64 = 2000;

/// The indexes that could serve an access, with their kinds.
pub(super) fn indexes(
    access: &Access,
    table: &QualifiedName,
    catalog: &Catalog,
    statistics: &Statistics,
) -> Vec<(Kind, Index)> {
    let known = statistics.tables.get(table);
    let rows = known.and_then(|t| t.rows).unwrap_or(1000.0);
    let distinct = |key: &Key| match key {
        Key::Column(name) => column_distinct(known, name, rows),
        Key::Expression(..) => rows / 5.0,
    };
    let mut found: Vec<(Kind, Index)> = Vec::new();
    let lists = keys::lists(access, distinct);
    for elements in &lists {
        trees(elements, access, known, &mut found);
    }
    if lists.is_empty() && access.special.is_empty() {
        // Nothing is searched: an index that has all that is read is a smaller table.
        let used: Vec<IndexElement> = access
            .used
            .iter()
            .take(4)
            .cloned()
            .map(IndexElement::column)
            .collect();
        if !used.is_empty() && access.used.len() <= 4 && is_narrow(&access.used, known) {
            found.push((Kind::Btree, tree(used, BTreeSet::new())));
        }
    }
    patterns(access, table, catalog, &mut found);
    partial(access, &lists, known, rows, &mut found);
    for special in &access.special {
        let mut key = element(&special.key);
        key.operator_class = special.class.map(str::to_owned);
        let kind = match special.method {
            "gin" => Kind::Gin,
            _ => Kind::Gist,
        };
        found.push((kind, of_method(special.method, vec![key])));
        if let (Kind::Gin, Some("jsonb_path_ops")) = (kind, special.class) {
            found.push((kind, of_method("gin", vec![element(&special.key)])));
        }
    }
    others(access, table, catalog, known, &mut found);
    found
}

fn column_distinct(known: Option<&TableStatistics>, name: &Name, rows: f64) -> f64 {
    known
        .and_then(|t| t.columns.get(name).or(t.columns_with_children.get(name)))
        .and_then(|c| c.distinct_among(rows))
        .unwrap_or(200.0_f64.min(rows))
}

fn tree(elements: Vec<IndexElement>, include: BTreeSet<Name>) -> Index {
    Index {
        elements,
        include: include.into_iter().collect(),
        ..Index::btree(Vec::<Name>::new())
    }
}

fn of_method(method: &str, elements: Vec<IndexElement>) -> Index {
    Index {
        method: Name::new(method),
        ..tree(elements, BTreeSet::new())
    }
}

/// A B-tree of these keys, and one with all that is read.
fn trees(
    elements: &[IndexElement],
    access: &Access,
    known: Option<&TableStatistics>,
    found: &mut Vec<(Kind, Index)>,
) {
    let on_columns = elements
        .iter()
        .all(|e| matches!(e.key, IndexKey::Column(_)));
    let kind = if on_columns {
        Kind::Btree
    } else {
        Kind::Expression
    };
    found.push((kind, tree(elements.to_vec(), BTreeSet::new())));
    let keys = keys::columns(elements);
    let rest: BTreeSet<Name> = access
        .used
        .iter()
        .filter(|c| !keys.contains(c))
        .cloned()
        .collect();
    if on_columns
        && !rest.is_empty()
        && rest.len() <= MOST_INCLUDED
        && is_narrow(&access.used, known)
    {
        found.push((kind, tree(elements.to_vec(), rest)));
    }
}

/// Whether columns are so much narrower than the row that an index of them is worth reading in its place.
fn is_narrow(columns: &BTreeSet<Name>, known: Option<&TableStatistics>) -> bool {
    let Some(known) = known.filter(|t| !t.columns.is_empty()) else {
        return columns.len() <= 3;
    };
    let width = |name: &Name| {
        known
            .columns
            .get(name)
            .map_or(8.0, |c| f64::from(c.average_width))
    };
    let all: f64 = known.columns.keys().map(width).sum::<f64>() + 24.0;
    let own: f64 = columns.iter().map(width).sum::<f64>() + 8.0;
    own < all * WIDEST
}

/// B-trees for patterns with a beginning, which only bytes are in the order of.
fn patterns(
    access: &Access,
    table: &QualifiedName,
    catalog: &Catalog,
    found: &mut Vec<(Kind, Index)>,
) {
    for key in &access.prefixes {
        let class = match type_of(key, table, catalog) {
            Some(t) if t.starts_with("character(") || t == "bpchar" => "bpchar_pattern_ops",
            _ => "text_pattern_ops",
        };
        let of_key = element(key).operator_class(class);
        found.push((
            Kind::Expression,
            tree(vec![of_key.clone()], BTreeSet::new()),
        ));
        for other in access.equal.iter().take(2).filter(|other| *other != key) {
            let elements = vec![element(other), of_key.clone()];
            found.push((Kind::Expression, tree(elements, BTreeSet::new())));
        }
    }
}

fn type_of<'c>(key: &Key, table: &QualifiedName, catalog: &'c Catalog) -> Option<&'c str> {
    let Key::Column(name) = key else { return None };
    let column = catalog.tables.get(table)?.column(name.as_str())?;
    Some(column.data_type.as_str())
}

/// Several constants at once, as one predicate.
pub(super) fn all_of(constants: &[&Constant]) -> String {
    let parts: Vec<&str> = constants.iter().map(|c| c.predicate.as_str()).collect();
    format!("({})", parts.join(" AND "))
}

/// Indexes of the rows that constants pick.
fn partial(
    access: &Access,
    lists: &[Vec<IndexElement>],
    known: Option<&TableStatistics>,
    rows: f64,
    found: &mut Vec<(Kind, Index)>,
) {
    let few = |c: &&Constant| {
        c.values
            && c.columns
                .iter()
                .all(|n| column_distinct(known, n, rows) <= FEW_VALUES)
    };
    let constants: Vec<&Constant> = access.constants.iter().filter(few).collect();
    let mut predicates: Vec<(String, BTreeSet<Name>)> = constants
        .iter()
        .map(|c| (c.predicate.clone(), c.columns.clone()))
        .collect();
    if constants.len() > 1
        && constants.len() == access.constants.iter().filter(|c| c.values).count()
    {
        let columns = constants
            .iter()
            .flat_map(|c| c.columns.iter().cloned())
            .collect();
        predicates.push((all_of(&constants), columns));
    }
    for (predicate, columns) in predicates {
        let reads = |e: &IndexElement| match &e.key {
            IndexKey::Column(name) => columns.contains(name),
            IndexKey::Expression(_) => false,
        };
        let mut made: Vec<Vec<IndexElement>> = Vec::new();
        for list in lists {
            let rest: Vec<IndexElement> = list.iter().filter(|e| !reads(e)).cloned().collect();
            if !rest.is_empty() && rest.len() <= 3 && !made.contains(&rest) {
                made.push(rest);
            }
        }
        if made.is_empty() {
            // The predicate is all that is asked: its rows, by what tells them apart.
            made.extend(
                columns
                    .iter()
                    .take(1)
                    .map(|c| vec![IndexElement::column(c.clone())]),
            );
        }
        for elements in made {
            let index = Index {
                predicate: Some(Expression::new(predicate.clone())),
                ..tree(elements, BTreeSet::new())
            };
            found.push((Kind::Partial, index));
        }
    }
}

/// Summaries of pages where rows lie in the order of a column, and hashes of long texts.
fn others(
    access: &Access,
    table: &QualifiedName,
    catalog: &Catalog,
    known: Option<&TableStatistics>,
    found: &mut Vec<(Kind, Index)>,
) {
    let Some(known) = known else { return };
    let pages = known.file_pages.unwrap_or(known.pages);
    for key in access.ranges.iter().chain(&access.equal) {
        let Key::Column(name) = key else { continue };
        let column = known.columns.get(name);
        let correlation = column.and_then(|c| c.correlation).unwrap_or(0.0);
        if correlation.abs() >= ORDERED && pages >= LARGE {
            found.push((Kind::Brin, of_method("brin", vec![element(key)])));
        }
        let wide = column.is_some_and(|c| c.average_width >= 24);
        let text = type_of(key, table, catalog)
            .is_some_and(|t| t == "text" || t.starts_with("character varying"));
        if wide && text && access.equal.contains(key) {
            found.push((Kind::Hash, of_method("hash", vec![element(key)])));
        }
    }
}
