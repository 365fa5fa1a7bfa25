//! How a schema names things, as far as a design can do likewise.

use std::collections::BTreeMap;

use pgwright_brief::model::Naming;
use pgwright_catalog::{Catalog, QualifiedName};

use super::matching::key_of;
use crate::names;

/// Takes on the habits that the brief does not decide, and says which.
pub(super) fn follow(
    naming: &mut Naming,
    schema: &Catalog,
    matched: &[&QualifiedName],
) -> Vec<String> {
    let mut followed = Vec::new();
    if !naming.given.schema
        && let Some(home) = most(matched.iter().map(|table| table.schema.to_string()))
    {
        followed.push(format!(
            "new tables stand in the schema {home}, beside those they refer to"
        ));
        naming.schema = home;
    }
    let tables: Vec<_> = schema
        .tables
        .iter()
        .filter(|(_, t)| t.partition_of.is_none())
        .collect();
    if !naming.given.tables {
        let plural = tables.iter().map(|(name, _)| {
            let word = names::identifier(name.name.as_str());
            names::singular(&word) != word
        });
        if let Some(plural) = most(plural) {
            naming.plural_tables = plural;
            let number = if plural { "the plural" } else { "the singular" };
            followed.push(format!("tables are named in {number}"));
        }
    }
    if !naming.given.keys {
        let prefixed = tables.iter().filter_map(|(_, table)| {
            let (column, _) = key_of(table)?;
            Some(column.as_str() != "id")
        });
        if let Some(prefixed) = most(prefixed) {
            naming.prefixed_keys = prefixed;
            let key = if prefixed { "after their table" } else { "id" };
            followed.push(format!("key columns are called {key}"));
        }
    }
    followed
}

/// What comes most often; of as many, the least.
fn most<T: Ord>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let mut most: Option<(T, usize)> = None;
    for (value, count) in counts {
        if most.as_ref().is_none_or(|(_, other)| count > *other) {
            most = Some((value, count));
        }
    }
    most.map(|(value, _)| value)
}
