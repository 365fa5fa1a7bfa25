//! Statistics of values that are at hand, as ANALYZE would make them: fractions of nulls, widths, distinct values,
//! common ones, a histogram, the correlation with the order of rows.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::growth::Line;
use crate::statistics::ColumnStatistics;

/// Most common values, and bounds of the histogram: PostgreSQL's default statistics target.
const TARGET: usize = 100;
/// A number of distinct values above this share of the rows is told as a share, as ANALYZE does.
const SCALES: f64 = 0.1;
/// A value is common when it is that much more frequent than the average one, as ANALYZE of a whole table has it.
const COMMON: f64 = 1.25;

/// The statistics of a column: its distinct values, and of each row which of them it has, none being null.
///
/// Numbers, days and times are ordered as such, everything else by its bytes.
pub fn analyze(values: &[&str], rows: &[Option<usize>], data_type: &str) -> ColumnStatistics {
    let total = rows.len() as f64;
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for value in rows.iter().flatten() {
        *counts.entry(*value).or_default() += 1;
    }
    let filled: usize = counts.values().sum();
    if total == 0.0 || filled == 0 {
        return ColumnStatistics {
            null_fraction: if total > 0.0 { 1.0 } else { 0.0 },
            ..ColumnStatistics::default()
        };
    }
    let mut order: Vec<usize> = counts.keys().copied().collect();
    let line = Line::of(data_type);
    let keys: BTreeMap<usize, f64> = order
        .iter()
        .filter_map(|value| Some((*value, line?.read(values.get(*value)?)?)))
        .collect();
    let compare = |a: &usize, b: &usize| match (keys.get(a), keys.get(b)) {
        (Some(a), Some(b)) => a.total_cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => values.get(*a).cmp(&values.get(*b)),
    };
    order.sort_by(compare);
    let distinct = order.len() as f64;
    let mut common: Vec<(usize, usize)> = counts.iter().map(|(v, n)| (*v, *n)).collect();
    common.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let average = filled as f64 / distinct;
    // Where all values fit, all are kept; else only those that stand out.
    if common.len() > TARGET || common.iter().all(|(_, n)| *n == 1) {
        common.retain(|(_, n)| *n > 1 && *n as f64 > average * COMMON);
    }
    common.truncate(TARGET);
    let is_common = |value: &usize| common.iter().any(|(c, _)| c == value);
    let text = |value: &usize| {
        values
            .get(*value)
            .map(|v| (*v).to_owned())
            .unwrap_or_default()
    };
    let others: Vec<(usize, usize)> = order
        .iter()
        .filter(|value| !is_common(value))
        .map(|value| (*value, counts[value]))
        .collect();
    let bytes: f64 = counts
        .iter()
        .map(|(value, n)| (width(text(value).len(), data_type) * n) as f64)
        .sum();
    ColumnStatistics {
        null_fraction: ((total - filled as f64) / total) as f32,
        average_width: (bytes / filled as f64).round() as i32,
        distinct: match distinct > total * SCALES {
            true => -(distinct / total) as f32,
            false => distinct as f32,
        },
        most_common_values: common.iter().map(|(value, _)| text(value)).collect(),
        most_common_frequencies: common
            .iter()
            .map(|(_, n)| (*n as f64 / total) as f32)
            .collect(),
        histogram: bounds(&others).iter().map(text).collect(),
        correlation: Some(correlation(rows, &order) as f32),
        ..ColumnStatistics::default()
    }
}

/// Bytes of a value: by its type, or as a text with its length.
fn width(length: usize, data_type: &str) -> usize {
    match data_type.split('(').next().unwrap_or("").trim() {
        "boolean" => 1,
        "smallint" => 2,
        "integer" | "date" | "real" => 4,
        "bigint" | "double precision" => 8,
        "uuid" => 16,
        plain if plain.starts_with("timestamp") => 8,
        _ => length + 1,
    }
}

/// Bounds that divide values, in order and with how often each occurs, into parts of equal numbers of rows.
fn bounds(values: &[(usize, usize)]) -> Vec<usize> {
    let rows: usize = values.iter().map(|(_, n)| n).sum();
    let count = (TARGET + 1).min(values.len());
    if count < 2 {
        return Vec::new();
    }
    let mut found = Vec::with_capacity(count);
    let (mut at, mut passed) = (0, 0);
    for bound in 0..count {
        let place = bound * (rows - 1) / (count - 1);
        while at + 1 < values.len() && passed + values[at].1 <= place {
            passed += values[at].1;
            at += 1;
        }
        found.push(values[at].0);
    }
    found
}

/// The correlation of the order of rows with that of their values.
fn correlation(rows: &[Option<usize>], order: &[usize]) -> f64 {
    let ranks: BTreeMap<usize, f64> = order
        .iter()
        .zip(0u32..)
        .map(|(v, n)| (*v, f64::from(n)))
        .collect();
    let places: Vec<f64> = rows
        .iter()
        .flatten()
        .filter_map(|value| ranks.get(value).copied())
        .collect();
    let n = places.len() as f64;
    if n < 2.0 || order.len() < 2 {
        return 1.0;
    }
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / n;
    let rank = mean(&mut places.iter().copied());
    let row = (n - 1.0) / 2.0;
    let (mut both, mut ranks_squared, mut rows_squared) = (0.0, 0.0, 0.0);
    for (at, place) in places.iter().enumerate() {
        let (a, b) = (at as f64 - row, place - rank);
        both += a * b;
        rows_squared += a * a;
        ranks_squared += b * b;
    }
    let spread = (rows_squared * ranks_squared).sqrt();
    if spread > 0.0 { both / spread } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_described_as_analyze_would() {
        // 0 to 999, in order, with a value of which a tenth is.
        let texts: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
        let values: Vec<&str> = texts.iter().map(String::as_str).collect();
        let rows: Vec<Option<usize>> = (0..1000)
            .map(|n| Some(if n % 10 == 0 { 7 } else { n }))
            .collect();
        let found = analyze(&values, &rows, "integer");
        assert_eq!(found.most_common_values, ["7"]);
        assert!((found.most_common_frequencies[0] - 0.101).abs() < 0.002);
        assert_eq!(found.histogram.len(), 101);
        assert_eq!(
            (found.histogram[0].as_str(), found.histogram[100].as_str()),
            ("1", "999")
        );
        assert!(found.distinct < -0.89 && found.average_width == 4);
        assert!(found.correlation > Some(0.7));
    }

    #[test]
    fn few_values_are_all_common() {
        let rows = [Some(0), Some(1), None, Some(0)];
        let found = analyze(&["open", "shipped"], &rows, "text");
        assert_eq!(found.most_common_values, ["open", "shipped"]);
        assert_eq!((found.null_fraction, found.distinct), (0.25, -0.5));
        assert_eq!(found.average_width, 6);
        assert!(found.histogram.is_empty());
        assert_eq!(analyze(&[], &[None], "text").null_fraction, 1.0);
    }
}
