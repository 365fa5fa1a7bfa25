//! Statistics of tables that someone has described: rows, and of columns the common values, how many there are,
//! their range and order.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, Name, QualifiedName};
use serde::Serialize;

use crate::assume::{assume, numbers};
use crate::growth::{Line, declared, start};
use crate::statistics::{ColumnStatistics, Statistics, TableStatistics};

/// What is said of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TableDescription {
    /// Rows.
    pub rows: Option<f64>,
    /// Rows that come in a month.
    pub rows_per_month: Option<f64>,
    /// How many months back rows are read.
    pub months_read: Option<f64>,
    /// How many months rows are kept.
    pub months_kept: Option<f64>,
    /// Of its columns.
    pub columns: BTreeMap<Name, ColumnDescription>,
}

/// What is said of the values of a column.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ColumnDescription {
    /// Common values with their shares of all rows, from 0 to 1.
    pub common: Vec<(String, f64)>,
    /// How many different values there are.
    pub distinct: Option<f64>,
    /// The table whose rows it refers to, where no foreign key says so.
    pub refers_to: Option<QualifiedName>,
    /// Least and greatest value, in text form; between them values are spread evenly.
    pub range: Option<(String, String)>,
    /// Correlation of values with the order of rows, from -1 to 1.
    pub correlation: Option<f64>,
    /// Share of rows that have none.
    pub null_share: Option<f64>,
    /// Bytes of a value, on average.
    pub bytes: Option<f64>,
}

/// Bounds of a histogram.
const BOUNDS: u32 = 100;
/// Shares that add up to this are those of all values.
const ALL: f64 = 0.995;
/// A number of distinct values above this share of the rows is told as a share, as ANALYZE does.
const SCALES: f64 = 0.1;

/// Puts what is said into statistics: tables have so many rows, columns that are described so many values; of the
/// others the schema tells what it can.
pub fn describe(
    statistics: &mut Statistics,
    catalog: &Catalog,
    tables: &BTreeMap<QualifiedName, TableDescription>,
) {
    for (name, described) in tables {
        if let Some(rows) = described.rows {
            start(statistics, catalog, name, rows);
        }
    }
    assume(statistics, catalog);
    let rows: BTreeMap<QualifiedName, f64> = statistics
        .tables
        .iter()
        .filter_map(|(name, table)| Some((name.clone(), table.rows?)))
        .collect();
    for (name, described) in tables {
        let known = statistics.tables.entry(name.clone()).or_default();
        known.rows_per_month = described.rows_per_month.or(known.rows_per_month);
        known.months_read = described.months_read.or(known.months_read);
        known.months_kept = described.months_kept.or(known.months_kept);
        let count = known.rows.unwrap_or(0.0);
        for (column, said) in &described.columns {
            let (_, data_type) = declared(catalog, name, column.as_str());
            let referred = said.refers_to.as_ref().and_then(|t| rows.get(t)).copied();
            fill(
                known,
                catalog,
                name,
                (column, data_type),
                said,
                count,
                referred,
            );
        }
    }
}

fn fill(
    table: &mut TableStatistics,
    catalog: &Catalog,
    name: &QualifiedName,
    (column, data_type): (&Name, &str),
    said: &ColumnDescription,
    rows: f64,
    referred: Option<f64>,
) {
    let partitioned = catalog
        .tables
        .get(name)
        .is_some_and(|t| t.partition_by.is_some());
    let columns = match partitioned {
        true => &mut table.columns_with_children,
        false => &mut table.columns,
    };
    let known = columns.entry(column.clone()).or_default();
    if let Some(share) = said.null_share {
        known.null_fraction = share as f32;
    }
    if !said.common.is_empty() {
        let sum: f64 = said.common.iter().map(|(_, share)| share).sum();
        let mut common = said.common.clone();
        common.sort_by(|a, b| b.1.total_cmp(&a.1));
        known.most_common_frequencies = common.iter().map(|(_, share)| *share as f32).collect();
        known.most_common_values = common.into_iter().map(|(value, _)| value).collect();
        known.histogram.clear();
        let all = sum + f64::from(known.null_fraction) >= ALL;
        known.distinct = match all {
            true => said.common.len() as f32,
            false => 0.0,
        };
    }
    if let Some(distinct) = said.distinct {
        set_distinct(known, distinct, rows);
        let whole = matches!(Line::of(data_type), Some(Line::Integer));
        if let Some(referred) = referred.filter(|_| whole) {
            known.histogram = numbers(referred);
        }
    }
    if let (Some((least, greatest)), Some(line)) = (&said.range, Line::of(data_type)) {
        known.histogram = evenly(line, least, greatest, data_type);
        if said.distinct.is_none()
            && let (Some(least), Some(greatest)) = (line.read(least), line.read(greatest))
        {
            let places = match line {
                Line::Integer | Line::Date => greatest - least + 1.0,
                // Times and decimals are hardly ever the same twice.
                Line::Time | Line::Decimal => rows,
            };
            set_distinct(known, places.min(rows).max(1.0), rows);
        }
    }
    if let Some(correlation) = said.correlation {
        known.correlation = Some(correlation as f32);
    }
    known.average_width = match said.bytes {
        Some(bytes) => bytes as i32,
        None if known.average_width > 0 => known.average_width,
        None => width(known, data_type),
    };
}

fn set_distinct(column: &mut ColumnStatistics, distinct: f64, rows: f64) {
    column.distinct = match distinct > rows * SCALES && rows > 0.0 {
        true => -((distinct / rows).min(1.0)) as f32,
        false => distinct as f32,
    };
}

/// Bounds of parts of equal numbers of rows between two values.
fn evenly(line: Line, least: &str, greatest: &str, data_type: &str) -> Vec<String> {
    let (Some(from), Some(to)) = (line.read(least), line.read(greatest)) else {
        return Vec::new();
    };
    let zone = if data_type.contains("with time zone") {
        "+00"
    } else {
        ""
    };
    let like = format!("{least}{zone}");
    let like = if line == Line::Time { &like } else { least };
    let bound = |n: u32| {
        let at = from + (to - from) * f64::from(n) / f64::from(BOUNDS);
        // The clock of a server shows no fractions that a description would mean.
        let at = if line == Line::Time {
            (at / 1e6).round() * 1e6
        } else {
            at
        };
        line.write(at, like, data_type)
    };
    let mut bounds: Vec<String> = (0..=BOUNDS).filter_map(bound).collect();
    bounds.dedup();
    if bounds.len() < 2 { Vec::new() } else { bounds }
}

/// Bytes of a value: by its type, or by those that are known.
fn width(column: &ColumnStatistics, data_type: &str) -> i32 {
    match data_type.split('(').next().unwrap_or("").trim() {
        "boolean" => 1,
        "smallint" => 2,
        "integer" | "date" | "real" => 4,
        "bigint" | "double precision" => 8,
        "uuid" => 16,
        plain if plain.starts_with("timestamp") => 8,
        _ => {
            let values = column.most_common_values.iter();
            let bytes: f64 = values
                .zip(&column.most_common_frequencies)
                .map(|(value, share)| (value.len() + 1) as f64 * f64::from(*share))
                .sum();
            bytes.round() as i32
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use pgwright_catalog::{Column, Table};

    #[test]
    fn what_is_said_becomes_statistics() {
        let mut catalog = Catalog::empty();
        let name = QualifiedName::new("public", "orders");
        let table = Table {
            columns: vec![
                Column::new("status", "text"),
                Column::new("placed_at", "timestamp with time zone"),
                Column::new("customer_id", "integer"),
            ],
            ..Table::default()
        };
        catalog.tables.insert(name.clone(), table);
        let column = |common: &[(&str, f64)]| ColumnDescription {
            common: common.iter().map(|(v, s)| ((*v).to_owned(), *s)).collect(),
            ..ColumnDescription::default()
        };
        let mut said = TableDescription {
            rows: Some(1000.0),
            ..TableDescription::default()
        };
        said.columns.insert(
            Name::new("status"),
            column(&[("open", 0.02), ("shipped", 0.98)]),
        );
        said.columns.insert(
            Name::new("placed_at"),
            ColumnDescription {
                range: Some(("2024-01-01".to_owned(), "2024-04-10".to_owned())),
                correlation: Some(1.0),
                ..ColumnDescription::default()
            },
        );
        said.columns.insert(
            Name::new("customer_id"),
            ColumnDescription {
                distinct: Some(50.0),
                ..ColumnDescription::default()
            },
        );
        let mut statistics = Statistics::default();
        describe(&mut statistics, &catalog, &[(name.clone(), said)].into());
        let columns = &statistics.tables[&name].columns;
        assert_eq!(columns["status"].most_common_values, ["shipped", "open"]);
        assert_eq!(columns["status"].distinct, 2.0);
        assert_eq!(columns["status"].average_width, 8);
        let placed = &columns["placed_at"];
        assert_eq!(placed.histogram.len(), 101);
        assert_eq!(placed.histogram[1], "2024-01-02 00:00:00+00");
        assert_eq!((placed.distinct, placed.correlation), (-1.0, Some(1.0)));
        assert_eq!(columns["customer_id"].distinct, 50.0);
    }
}
