//! Redaction: values are replaced by stand-ins that compare as they do, so that no personal data leaves.
//!
//! Numbers, dates and times keep their place only by rank: the least value of a column that is known becomes
//! the first of evenly spread ones, the next one the second, and so on. Texts become letters by their rank. What
//! a planner reads off two values, which is the greater and how many lie between, stays; what it reads off the
//! distance between them, as in the middle of a histogram's part, is that of an even spread.
//!
//! Elements of arrays, lexemes, ranges and common combinations lose their values: the planner falls back on
//! averages for them.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, QualifiedName};

use crate::statistics::{ColumnStatistics, Statistics};

/// What a column's values are, as far as stand-ins need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Compared as numbers.
    Number,
    Date,
    Time,
    /// Compared as texts.
    Text,
    /// One of the schema's own values, which are no secret: enumerations and truth values.
    Public,
    /// Of another kind: no stand-in is known, and the values go.
    Other,
}

/// Replaces every value. `kinds` tells the type of a column by table and name, or of an expression by index
/// and position.
pub fn redact(statistics: &Statistics, catalog: &Catalog) -> Statistics {
    let mut redacted = statistics.clone();
    redacted.redacted = true;
    for (name, table) in &mut redacted.tables {
        for columns in [&mut table.columns, &mut table.columns_with_children] {
            for (column, known) in columns {
                let kind = kind_of(catalog, name, column.as_str());
                redact_column(known, kind);
            }
        }
        for index in table.indexes.values_mut() {
            // They are the ends of what the histogram's stand-ins tell.
            index.extremes = None;
            for expression in index.expressions.values_mut() {
                redact_column(expression, Kind::Other);
            }
        }
        for object in table.extended.values_mut() {
            object.most_common.clear();
            for expression in &mut object.expressions {
                redact_column(expression, Kind::Other);
            }
        }
    }
    redacted
}

fn kind_of(catalog: &Catalog, table: &QualifiedName, column: &str) -> Kind {
    let mut data_type = crate::growth::declared(catalog, table, column).1;
    if data_type.is_empty()
        && let Some(view) = catalog.materialized_views.get(table)
    {
        let found = view.columns.iter().find(|c| c.name.as_str() == column);
        data_type = found.and_then(|c| c.data_type.as_deref()).unwrap_or("");
    }
    let plain = data_type.split('(').next().unwrap_or("").trim();
    match plain {
        "integer" | "bigint" | "smallint" | "numeric" | "double precision" | "real" => Kind::Number,
        "date" => Kind::Date,
        "text" | "character varying" | "character" => Kind::Text,
        "boolean" => Kind::Public,
        _ if plain.starts_with("timestamp") => Kind::Time,
        _ if is_enumeration(catalog, plain) => Kind::Public,
        _ => Kind::Other,
    }
}

fn is_enumeration(catalog: &Catalog, data_type: &str) -> bool {
    catalog.types.iter().any(|(name, t)| {
        matches!(t.kind, pgwright_catalog::TypeKind::Enum(_))
            && (name.quoted() == data_type || name.to_string() == data_type)
    })
}

fn redact_column(column: &mut ColumnStatistics, kind: Kind) {
    if kind == Kind::Public {
        return;
    }
    column.most_common_elements.clear();
    column.most_common_element_frequencies.clear();
    column.range_length_histogram.clear();
    column.range_bounds_histogram.clear();
    column.range_empty_fraction = None;
    let stand_ins = stand_ins(column, kind);
    let replace = |values: &mut Vec<String>| -> bool {
        let replaced: Option<Vec<String>> =
            values.iter().map(|v| stand_ins.get(v).cloned()).collect();
        let known = replaced.is_some();
        *values = replaced.unwrap_or_default();
        known
    };
    if !replace(&mut column.most_common_values) {
        column.most_common_frequencies.clear();
    }
    replace(&mut column.histogram);
}

/// A stand-in for every value of a column, in the values' order.
fn stand_ins(column: &ColumnStatistics, kind: Kind) -> BTreeMap<String, String> {
    let values: BTreeSet<&String> = column
        .most_common_values
        .iter()
        .chain(&column.histogram)
        .collect();
    let mut ordered: Vec<&String> = values.into_iter().collect();
    match kind {
        Kind::Number => {
            let number = |text: &String| text.parse::<f64>().unwrap_or(f64::NAN);
            ordered.sort_by(|a, b| number(a).total_cmp(&number(b)));
        }
        // The text form of dates and times sorts as they do, within four-digit years.
        Kind::Date | Kind::Time => {}
        Kind::Text => {
            // The server's own order, where it tells it: the histogram is sorted by it.
            ordered = by_histogram(column, ordered);
        }
        Kind::Public | Kind::Other => return BTreeMap::new(),
    }
    let stand_in = |rank: usize| match kind {
        Kind::Number => (rank + 1).to_string(),
        Kind::Date => day(rank),
        Kind::Time => format!("{} 00:00:00", day(rank)),
        _ => letters(rank),
    };
    let ranked = ordered.into_iter().enumerate();
    ranked
        .map(|(rank, value)| (value.clone(), stand_in(rank)))
        .collect()
}

/// Texts in the order of the histogram's collation: common values stand where bytes put them between its
/// bounds.
fn by_histogram<'a>(column: &'a ColumnStatistics, bytewise: Vec<&'a String>) -> Vec<&'a String> {
    let mut ordered: Vec<&String> = column.histogram.iter().collect();
    ordered.dedup();
    let known: BTreeSet<&String> = ordered.iter().copied().collect();
    for value in bytewise {
        if !known.contains(value) {
            let at = ordered.iter().position(|other| *other > value);
            ordered.insert(at.unwrap_or(ordered.len()), value);
        }
    }
    ordered
}

/// Days from 2000 on, one after the other.
fn day(rank: usize) -> String {
    let start = jiff::civil::date(2000, 1, 1);
    let days = jiff::Span::new().try_days(rank as i64);
    let date = days.and_then(|days| start.checked_add(days));
    date.unwrap_or(start).to_string()
}

/// `aaaa`, `aaab`, …: in the order of ranks by any collation.
fn letters(rank: usize) -> String {
    let mut rest = rank;
    let mut text = [b'a'; 5];
    for place in text.iter_mut().rev() {
        *place = b'a' + (rest % 26) as u8;
        rest /= 26;
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn stand_ins_keep_the_order_and_nothing_else() {
        let column = ColumnStatistics {
            most_common_values: vec!["Meier".to_owned(), "Anders".to_owned()],
            most_common_frequencies: vec![0.2, 0.1],
            histogram: ["Bauer", "Kunz", "Zorn"].map(str::to_owned).to_vec(),
            ..ColumnStatistics::default()
        };
        let mut redacted = column.clone();
        redact_column(&mut redacted, Kind::Text);
        assert_eq!(redacted.most_common_frequencies, [0.2, 0.1]);
        assert!(redacted.histogram.is_sorted());
        let all =
            |c: &ColumnStatistics| [c.most_common_values.clone(), c.histogram.clone()].concat();
        let rank = |values: Vec<String>| {
            let mut order: Vec<usize> = (0..values.len()).collect();
            order.sort_by_key(|n| values[*n].clone());
            order
        };
        assert_eq!(rank(all(&column)), rank(all(&redacted)));
        let text = format!("{redacted:?}");
        assert!(!text.contains("Meier") && !text.contains("Zorn"));
        let mut unknown = column;
        redact_column(&mut unknown, Kind::Other);
        assert!(
            unknown.most_common_values.is_empty() && unknown.most_common_frequencies.is_empty()
        );
    }

    #[test]
    fn numbers_are_ranked_as_numbers() {
        let column = ColumnStatistics {
            histogram: ["-5", "9", "10", "200"].map(str::to_owned).to_vec(),
            ..ColumnStatistics::default()
        };
        let mut redacted = column;
        redact_column(&mut redacted, Kind::Number);
        assert_eq!(redacted.histogram, ["1", "2", "3", "4"]);
    }
}
