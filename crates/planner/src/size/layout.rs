//! Widths and alignments of values in tuples.

use std::collections::BTreeMap;

use super::{PAGE, whole};
use crate::ColumnStatistics;

/// On which multiples a type's values begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alignment {
    /// Any byte.
    Char,
    /// 2 bytes.
    Short,
    /// 4 bytes.
    Int,
    /// 8 bytes.
    Double,
}

impl Alignment {
    /// By `pg_type.typalign`.
    pub fn of(code: &str) -> Self {
        match code {
            "c" => Self::Char,
            "s" => Self::Short,
            "d" => Self::Double,
            _ => Self::Int,
        }
    }

    fn bytes(self) -> u32 {
        match self {
            Self::Char => 1,
            Self::Short => 2,
            Self::Int => 4,
            Self::Double => 8,
        }
    }
}

/// A column as part of a tuple.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyShape {
    /// Bytes of a type of fixed length.
    pub length: Option<u32>,
    /// Alignment.
    pub alignment: Alignment,
    /// Average bytes where it is not null.
    pub width: f64,
    /// Widths with their fractions, where values tell them; else empty.
    pub widths: Vec<(u32, f64)>,
    /// Fraction of nulls.
    pub null_fraction: f64,
    /// Distinct values, where known.
    pub distinct: Option<f64>,
    /// Fractions of all rows that have each of the most common values.
    pub most_common: Vec<f64>,
}

/// Rounds up to a multiple.
pub(super) fn align(offset: f64, multiple: f64) -> f64 {
    (offset / multiple).ceil() * multiple
}

/// The average bytes of a tuple: a header of that many bytes, and these columns. Values that are null take
/// none.
///
/// What counts is where each value begins, so the chances of every length are followed from column to column.
pub(super) fn tuple_width<'a>(header: f64, columns: impl Iterator<Item = &'a KeyShape>) -> f64 {
    let mut chances = BTreeMap::from([(header as u32, 1.0)]);
    for column in columns {
        let widths = column.width_chances();
        let mut next = BTreeMap::new();
        for (offset, chance) in &chances {
            let mut add = |end: u32, share: f64| *next.entry(end).or_insert(0.0) += chance * share;
            if column.null_fraction > 0.0 {
                add(*offset, column.null_fraction.min(1.0));
            }
            for (width, share) in &widths {
                // Values of varying length below 127 bytes have a header of one byte and no alignment.
                let start = match column.length.is_some() || *width >= 127 {
                    true => offset.next_multiple_of(column.alignment.bytes()),
                    false => *offset,
                };
                add(start + width, share * (1.0 - column.null_fraction).max(0.0));
            }
        }
        chances = next;
    }
    let whole = |offset: u32| f64::from(offset.next_multiple_of(8));
    chances
        .iter()
        .map(|(offset, chance)| whole(*offset) * chance)
        .sum()
}

impl KeyShape {
    /// Widths where it is not null, with their fractions.
    fn width_chances(&self) -> Vec<(u32, f64)> {
        if let Some(length) = self.length {
            return vec![(length, 1.0)];
        }
        if !self.widths.is_empty() {
            return self.widths.clone();
        }
        let width = self.width.round().max(1.0) as u32;
        match width {
            // Short values are mostly of one length, and of longer ones any is as likely.
            0..=12 => vec![(width, 1.0)],
            _ => (0..8).map(|n| (width - 3 + n, 0.125)).collect(),
        }
    }
}

/// The widths of texts, as far as the values that statistics hold tell them: a byte of header, and theirs.
pub fn text_widths(column: &ColumnStatistics) -> Vec<(u32, f64)> {
    widths(column, |value| value.len() + 1)
}

/// The widths of numbers of the type `numeric`: three bytes, and two for every four digits from the point on.
pub fn numeric_widths(column: &ColumnStatistics) -> Vec<(u32, f64)> {
    widths(column, |value| {
        let plain = value.trim_start_matches('-');
        let (whole, decimals) = plain.split_once('.').unwrap_or((plain, ""));
        let (whole, decimals) = (
            whole.trim_start_matches('0'),
            decimals.trim_end_matches('0'),
        );
        let mut groups = whole.len().div_ceil(4) + decimals.len().div_ceil(4);
        if decimals.is_empty() {
            // Zeros at the end are not stored.
            let zeros = whole.len() - whole.trim_end_matches('0').len();
            groups -= zeros / 4;
        }
        3 + 2 * groups
    })
}

fn widths(column: &ColumnStatistics, width: impl Fn(&str) -> usize) -> Vec<(u32, f64)> {
    let mut found: BTreeMap<u32, f64> = BTreeMap::new();
    let width = |value: &String| u32::try_from(width(value)).unwrap_or(u32::MAX).min(2000);
    let mut common = 0.0;
    let listed = column
        .most_common_values
        .iter()
        .zip(&column.most_common_frequencies);
    for (value, frequency) in listed {
        *found.entry(width(value)).or_default() += f64::from(*frequency);
        common += f64::from(*frequency);
    }
    let rest = (1.0 - f64::from(column.null_fraction) - common).max(0.0);
    let each = rest / column.histogram.len().max(1) as f64;
    for value in &column.histogram {
        *found.entry(width(value)).or_default() += each;
    }
    let total: f64 = found.values().sum();
    if total <= 0.0 {
        return Vec::new();
    }
    found
        .into_iter()
        .map(|(w, share)| (w, share / total))
        .collect()
}

/// Pages of a table of `rows` rows with these columns, packed as loading packs it.
pub fn heap_pages(rows: f64, columns: &[KeyShape], fill_factor: Option<u32>) -> u64 {
    let has_nulls = columns.iter().any(|c| c.null_fraction > 0.0);
    // 23 bytes, a bit for each column where a row has nulls, aligned.
    let bitmap = if has_nulls {
        (columns.len() as f64 / 8.0).ceil()
    } else {
        0.0
    };
    let header = align(23.0 + bitmap, 8.0);
    // What is wider than a quarter of a page is compressed or moved out.
    let width = tuple_width(header, columns.iter()).min(PAGE / 4.0) + 4.0;
    let fill = f64::from(fill_factor.unwrap_or(100).clamp(10, 100)) / 100.0;
    let per_page = ((PAGE - 24.0) * fill / width).floor().max(1.0);
    whole(rows / per_page)
}
