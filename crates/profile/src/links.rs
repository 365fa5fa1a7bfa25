//! References across sheets, from inclusion dependencies and names.

use std::collections::BTreeSet;

use pgwright_normalize::discovery::{Place, check_inclusion};
use pgwright_normalize::table::Table;

use crate::entities::Draft;
use crate::evidence::ERROR;
use crate::naming::{thing, words};
use crate::proposal::{Profiled, tuple};

/// The share of distinct values that may be missing where a column refers to, as a first sieve.
const MISSING: f64 = 0.1;

/// A reference from an entity of one sheet to one of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The referring entity, by position.
    pub from: usize,
    /// The entity referred to.
    pub to: usize,
    /// The columns of the referring sheet, in the order of the other's key.
    pub columns: Vec<usize>,
}

/// Finds references: the values are all in the other's key but for a few, and the names say so. Values
/// alone do not: small numbers are in every column of numbers.
pub fn links(sheets: &[Profiled], drafts: &[(usize, Draft)]) -> Vec<Link> {
    let tables: Vec<&Table> = sheets.iter().map(|s| &s.sheet.table).collect();
    let mut links: Vec<Link> = Vec::new();
    // Wider keys first: their parts are references that the wide one includes.
    let mut targets: Vec<usize> = (0..drafts.len())
        .filter(|d| !drafts[*d].1.key.is_empty())
        .collect();
    targets.sort_by_key(|d| std::cmp::Reverse(drafts[*d].1.key.len()));
    for to in targets {
        let (to_sheet, target) = &drafts[to];
        for (from, (from_sheet, draft)) in drafts.iter().enumerate() {
            if from_sheet == to_sheet {
                continue;
            }
            let matching = target.key.iter().map(|key| {
                let name = &sheets[*to_sheet].sheet.columns[*key];
                draft.columns.iter().copied().find(|c| {
                    let used = links
                        .iter()
                        .any(|l| l.from == from && l.columns.contains(c));
                    let own = draft.key == [*c] && !draft.base;
                    !used
                        && !own
                        && alike(&sheets[*from_sheet].sheet.columns[*c], name, &target.name)
                })
            });
            let Some(columns) = matching.collect::<Option<Vec<usize>>>() else {
                continue;
            };
            // Two sheets with the same key would refer to each other; the later one refers.
            if draft.key == columns && from < to && reciprocal(drafts, sheets, from, to) {
                continue;
            }
            let places = [
                Place {
                    table: *from_sheet,
                    columns: columns.clone(),
                },
                Place {
                    table: *to_sheet,
                    columns: target.key.clone(),
                },
            ];
            let nearly = check_inclusion(&tables, &places[0], &places[1], MISSING).is_some();
            if nearly
                && few_rows_lead_nowhere(
                    &sheets[*from_sheet],
                    &columns,
                    &sheets[*to_sheet],
                    &target.key,
                )
            {
                links.push(Link { from, to, columns });
            }
        }
    }
    links.sort_by_key(|l| (l.from, l.to));
    links
}

/// Whether a reference fails in no more rows than a dependency may.
fn few_rows_lead_nowhere(from: &Profiled, columns: &[usize], to: &Profiled, key: &[usize]) -> bool {
    let rows = |profiled: &Profiled| 0..profiled.sheet.table.rows();
    let there: BTreeSet<Vec<&[u8]>> = rows(to)
        .filter_map(|row| tuple(&to.sheet, key, row))
        .collect();
    let known: Vec<_> = rows(from)
        .filter_map(|row| tuple(&from.sheet, columns, row))
        .collect();
    let lost = known.iter().filter(|value| !there.contains(*value)).count();
    lost as f64 <= ERROR * known.len() as f64
}

/// Whether the names would let the other entity refer back.
fn reciprocal(drafts: &[(usize, Draft)], sheets: &[Profiled], from: usize, to: usize) -> bool {
    let (a, b) = (&drafts[from], &drafts[to]);
    a.1.key.iter().zip(&b.1.key).all(|(x, y)| {
        alike(
            &sheets[a.0].sheet.columns[*x],
            &sheets[b.0].sheet.columns[*y],
            &a.1.name,
        )
    })
}

/// Whether a column's name says that it holds the key of an entity: it is the key's own name, but for
/// a short prefix, or the entity's.
fn alike(column: &str, key: &str, entity: &str) -> bool {
    let plain = |name: &str| {
        let mut words = words(name);
        if words.len() > 1 && words[0].len() <= 2 {
            words.remove(0);
        }
        words.join("_")
    };
    let (column_name, key_name) = (plain(column), plain(key));
    let ends = |long: &str, short: &str| {
        long.strip_suffix(short)
            .is_some_and(|rest| rest.ends_with('_'))
    };
    let bare = matches!(
        &key_name[..],
        "id" | "key" | "code" | "no" | "number" | "name"
    );
    (column_name == key_name && !bare)
        || thing(column).is_some_and(|t| t == entity || ends(&t, entity))
        || (!bare && ends(&column_name, &key_name))
}
