//! What can be said of columns that nothing is known of: by keys, references and types.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, Column, ConstraintKind, QualifiedName, Table, TypeKind};

use crate::growth::named_for;
use crate::statistics::{ColumnStatistics, Statistics};

/// Bounds of a histogram that is assumed.
const BOUNDS: u32 = 100;

/// Gives columns of tables with rows and without any statistics those that the schema tells: keys are unique
/// and numbered from 1, references (declared, or told by name
/// and type) are spread over what they refer to, truth values and enumerations take
/// each value as often. Of everything else nothing is assumed, and the planner takes its own defaults.
pub fn assume(statistics: &mut Statistics, catalog: &Catalog) {
    let rows: BTreeMap<QualifiedName, f64> = statistics
        .tables
        .iter()
        .filter_map(|(name, table)| Some((name.clone(), table.rows.filter(|r| *r > 0.0)?)))
        .collect();
    for (name, known) in &mut statistics.tables {
        let (Some(count), Some(table)) = (rows.get(name), catalog.tables.get(name)) else {
            continue;
        };
        if !known.columns.is_empty() || !known.columns_with_children.is_empty() {
            continue;
        }
        for column in columns_of(catalog, table) {
            if let Some(assumed) = assumed(catalog, (name, table), column, *count, &rows) {
                known.columns.insert(column.name.clone(), assumed);
            }
        }
        if table.partition_by.is_some() {
            known.columns_with_children = std::mem::take(&mut known.columns);
        }
    }
}

/// The columns of a table, of its parent if it is a partition.
fn columns_of<'a>(catalog: &'a Catalog, table: &'a Table) -> &'a [Column] {
    let parent = table.partition_of.as_ref().map(|p| &p.parent);
    match parent.and_then(|parent| catalog.tables.get(parent)) {
        Some(parent) if table.columns.is_empty() => columns_of(catalog, parent),
        _ => &table.columns,
    }
}

fn assumed(
    catalog: &Catalog,
    (name, table): (&QualifiedName, &Table),
    column: &Column,
    rows: f64,
    all: &BTreeMap<QualifiedName, f64>,
) -> Option<ColumnStatistics> {
    let plain = column.data_type.split('(').next().unwrap_or("").trim();
    let width = match plain {
        "boolean" => 1,
        "smallint" => 2,
        "integer" | "date" | "real" => 4,
        "bigint" | "double precision" => 8,
        "uuid" => 16,
        _ if plain.starts_with("timestamp") => 8,
        _ => 0,
    };
    let numbered = matches!(plain, "smallint" | "integer" | "bigint");
    let base = ColumnStatistics {
        average_width: width,
        ..ColumnStatistics::default()
    };
    let unique = table.constraints.values().any(|c| match &c.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
            key.columns == [column.name.clone()]
        }
        _ => false,
    });
    if unique {
        return Some(ColumnStatistics {
            average_width: if width > 0 { width } else { 32 },
            distinct: -1.0,
            histogram: if numbered { numbers(rows) } else { Vec::new() },
            correlation: numbered.then_some(1.0),
            ..base
        });
    }
    let parent = table.foreign_keys().find_map(|(_, key)| {
        let single = key.columns == [column.name.clone()];
        single.then(|| all.get(&key.references).copied()).flatten()
    });
    // What is named for a key and has its type refers to it, declared or not.
    let parent = parent.or_else(|| all.get(named_for(catalog, name, column)?.0).copied());
    if let Some(parent) = parent {
        let distinct = parent.min(rows);
        let ratio = match distinct > rows * 0.1 {
            true => -(distinct / rows) as f32,
            false => distinct as f32,
        };
        return Some(ColumnStatistics {
            average_width: if width > 0 { width } else { 32 },
            distinct: ratio,
            histogram: if numbered {
                numbers(parent)
            } else {
                Vec::new()
            },
            ..base
        });
    }
    if plain == "boolean" {
        return Some(evenly(base, vec!["t".to_owned(), "f".to_owned()]));
    }
    let labels = enumeration(catalog, plain)?;
    Some(evenly(
        ColumnStatistics {
            average_width: 4,
            ..base
        },
        labels,
    ))
}

fn evenly(base: ColumnStatistics, values: Vec<String>) -> ColumnStatistics {
    let share = 1.0 / values.len().max(1) as f32;
    ColumnStatistics {
        distinct: values.len() as f32,
        most_common_frequencies: vec![share; values.len()],
        most_common_values: values,
        ..base
    }
}

/// Numbers from 1 on, as bounds of equal parts.
pub(crate) fn numbers(count: f64) -> Vec<String> {
    if count < 2.0 {
        return Vec::new();
    }
    let bounds = BOUNDS.min(count as u32);
    let at = |n: u32| 1.0 + (count - 1.0) * f64::from(n) / f64::from(bounds);
    (0..=bounds).map(|n| format!("{:.0}", at(n))).collect()
}

fn enumeration(catalog: &Catalog, data_type: &str) -> Option<Vec<String>> {
    let found = catalog
        .types
        .iter()
        .find(|(name, _)| name.quoted() == data_type || name.to_string() == data_type)?;
    match &found.1.kind {
        TypeKind::Enum(labels) if !labels.is_empty() => {
            Some(labels.iter().map(ToString::to_string).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::statistics::TableStatistics;
    use pgwright_catalog::{Constraint, ForeignKey, Key, Name};

    #[test]
    fn keys_and_references_are_told_by_the_schema() {
        let mut catalog = Catalog::empty();
        let name = |n: &str| QualifiedName::new("public", n);
        let mut parent = Table {
            columns: vec![Column::new("id", "bigint").not_null()],
            ..Table::default()
        };
        parent.constraints.insert(
            Name::new("pk"),
            Constraint::new(ConstraintKind::PrimaryKey(Key::new(["id"]))),
        );
        let mut child = Table {
            columns: vec![
                Column::new("parent_id", "bigint"),
                Column::new("note", "text"),
            ],
            ..Table::default()
        };
        child.constraints.insert(
            Name::new("fk"),
            Constraint::new(ConstraintKind::ForeignKey(ForeignKey::new(
                ["parent_id"],
                name("parents"),
                ["id"],
            ))),
        );
        catalog.tables.insert(name("parents"), parent);
        catalog.tables.insert(name("children"), child);
        let mut statistics = Statistics::default();
        for (table, rows) in [("parents", 1e6), ("children", 1e8)] {
            let known = TableStatistics {
                rows: Some(rows),
                ..TableStatistics::default()
            };
            statistics.tables.insert(name(table), known);
        }
        assume(&mut statistics, &catalog);
        assert_eq!(
            statistics.tables[&name("parents")].columns["id"].distinct,
            -1.0
        );
        let child = &statistics.tables[&name("children")].columns;
        assert_eq!(child["parent_id"].distinct, 1e6);
        assert_eq!(child["parent_id"].histogram.last().unwrap(), "1000000");
        assert!(!child.contains_key("note"));
    }
}
