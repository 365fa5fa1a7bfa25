//! Which columns hold keys of other tables: declared by foreign keys, or told by names and values.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, Column, ConstraintKind, Name, QualifiedName, Table};

use super::value::Line;
use crate::statistics::{Statistics, TableStatistics};

/// A column of a table.
pub(super) type ColumnName = (QualifiedName, Name);

/// The key that each column refers to, and whether it was declared.
pub(super) fn references(
    catalog: &Catalog,
    statistics: &Statistics,
) -> BTreeMap<ColumnName, (ColumnName, bool)> {
    let mut found = BTreeMap::new();
    for (name, table) in &catalog.tables {
        for (_, key) in table.foreign_keys() {
            // Without columns named, it is the primary key.
            let primary = catalog
                .tables
                .get(&key.references)
                .and_then(Table::primary_key)
                .map(|(_, key)| key.columns.clone())
                .unwrap_or_default();
            let referenced = match key.referenced_columns.is_empty() {
                true => primary,
                false => key.referenced_columns.clone(),
            };
            for (column, target) in key.columns.iter().zip(referenced) {
                let target = (key.references.clone(), target);
                found.insert((name.clone(), column.clone()), (target, true));
            }
        }
    }
    let keys = keys(catalog, statistics);
    for (name, table) in &catalog.tables {
        let Some(known) = statistics.tables.get(name) else {
            continue;
        };
        for column in &table.columns {
            let column_name = (name.clone(), column.name.clone());
            if found.contains_key(&column_name) || keys.iter().any(|k| k.name == column_name) {
                continue;
            }
            let Some(range) = range_of(known, column.name.as_str(), &column.data_type) else {
                continue;
            };
            let target = keys.iter().find(|key| {
                key.name.0 != *name
                    && key.data_type == column.data_type
                    && is_named_for(column.name.as_str(), &key.name.0, &key.name.1)
                    && covers(key.range, range)
            });
            if let Some(key) = target {
                found.insert(column_name, (key.name.clone(), false));
            }
        }
    }
    found
}

struct Key {
    name: ColumnName,
    data_type: String,
    range: (f64, f64),
}

/// The single-column keys whose values are numbers.
fn keys(catalog: &Catalog, statistics: &Statistics) -> Vec<Key> {
    let mut keys = Vec::new();
    for (name, table) in &catalog.tables {
        for column in unique_columns(table) {
            let Some(described) = table.column(column.as_str()) else {
                continue;
            };
            let range = statistics
                .tables
                .get(name)
                .and_then(|t| range_of(t, column.as_str(), &described.data_type));
            if let Some(range) = range {
                keys.push(Key {
                    name: (name.clone(), column),
                    data_type: described.data_type.clone(),
                    range,
                });
            }
        }
    }
    keys
}

/// The columns that are unique by themselves.
pub(super) fn unique_columns(table: &Table) -> Vec<Name> {
    let mut found = Vec::new();
    for constraint in table.constraints.values() {
        if let ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) = &constraint.kind
            && let [only] = key.columns.as_slice()
        {
            found.push(only.clone());
        }
    }
    found
}

/// The single-column key that a column of a table is named for and has the type of: `customer_id` of
/// `customers.id`. In the same schema.
pub fn named_for<'c>(
    catalog: &'c Catalog,
    table: &QualifiedName,
    column: &Column,
) -> Option<(&'c QualifiedName, Name)> {
    let mut tables = catalog.tables.iter().filter(|(name, other)| {
        *name != table && name.schema == table.schema && other.partition_of.is_none()
    });
    tables.find_map(|(name, other)| {
        let keys = unique_columns(other).into_iter();
        let mut fitting = keys.filter(|key| {
            let described = other.column(key.as_str());
            described.is_some_and(|d| d.data_type == column.data_type)
                && is_named_for(column.name.as_str(), name, key)
        });
        Some((name, fitting.next()?))
    })
}

/// `l_partkey` and `p_partkey`; `customer_id` and `customers.id`.
fn is_named_for(column: &str, table: &QualifiedName, key: &Name) -> bool {
    let (table, name) = (table.name.as_str(), key.as_str());
    let bare = |text: &str| -> String {
        match text.split_once('_') {
            // A prefix of the table's: `l_`, `ps_`.
            Some((prefix, rest)) if prefix.len() <= 3 => rest.to_owned(),
            _ => text.to_owned(),
        }
    };
    if name.len() > 3 && bare(column) == bare(name) {
        return true;
    }
    let singular = table.strip_suffix('s').unwrap_or(table);
    let stem = column
        .strip_suffix(name)
        .map(|stem| stem.trim_end_matches('_'));
    stem.is_some_and(|stem| !stem.is_empty() && (stem == singular || stem == table))
}

/// The values are keys, and reach nearly as far as they do.
fn covers(key: (f64, f64), column: (f64, f64)) -> bool {
    let width = key.1 - key.0;
    let near = width * 0.05;
    column.0 >= key.0 - near && column.1 <= key.1 + near && column.1 - column.0 >= width * 0.5
}

/// The least and greatest value that statistics tell.
pub(super) fn range_of(
    table: &TableStatistics,
    column: &str,
    data_type: &str,
) -> Option<(f64, f64)> {
    let line = Line::of(data_type)?;
    let known = table.columns.get(column)?;
    let values = known.histogram.iter().chain(&known.most_common_values);
    let numbers: Vec<f64> = values.filter_map(|text| line.read(text)).collect();
    let least = numbers.iter().copied().reduce(f64::min)?;
    let greatest = numbers.iter().copied().reduce(f64::max)?;
    (greatest > least).then_some((least, greatest))
}
