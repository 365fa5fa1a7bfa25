//! What is said of the values of one column: shares of common ones, how many there are, range, order, width.

use pgwright_planner::ColumnDescription;

use crate::number::{constant, number};
use crate::text::Text;

/// One thing that is said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    /// A value with its share of the rows.
    Common(String, f64),
    /// The share of rows without a value.
    Null(f64),
    /// The share of all other values, of which nothing else is known.
    Rest,
    /// How many different values there are.
    Distinct(f64),
    /// Every row has another.
    Unique,
    /// The least and the greatest.
    Range(String, String),
    /// The correlation with the order of rows.
    Correlation(f64),
    /// Bytes of a value.
    Bytes(f64),
}

impl Said {
    /// Notes it; `rows` are those of the table, where they are known.
    pub(crate) fn note(self, column: &mut ColumnDescription, rows: Option<f64>) {
        match self {
            Self::Common(value, share) => column.common.push((value, share)),
            Self::Null(share) => column.null_share = Some(share),
            Self::Rest => {}
            Self::Distinct(count) => column.distinct = Some(count),
            Self::Unique => column.distinct = rows.or(column.distinct),
            Self::Range(least, greatest) => column.range = Some((least, greatest)),
            Self::Correlation(correlation) => column.correlation = Some(correlation),
            Self::Bytes(bytes) => column.bytes = Some(bytes),
        }
    }
}

/// Reads one fact. `today` is the day that the word stands for.
pub(crate) fn read(text: Text<'_>, today: &str) -> Option<Said> {
    order(text)
        .or_else(|| range(text, today))
        .or_else(|| share(text))
        .or_else(|| distinct(text))
        .or_else(|| bytes(text))
}

/// `in insertion order`, `sorted`, `in random order`.
pub(super) fn order(text: Text<'_>) -> Option<Said> {
    Some(Said::Correlation(match text.plain().as_str() {
        "in insertion order"
        | "insertion order"
        | "in order"
        | "sorted"
        | "ascending"
        | "in order of insertion"
        | "append only"
        | "append-only"
        | "correlated" => 1.0,
        "in random order" | "random" | "unordered" | "scattered" => 0.0,
        "in descending order" | "descending" | "in reverse order" => -1.0,
        _ => return None,
    }))
}

/// `2019-01-01 to today`, `from 0 to 500`, `between 1 and 9`.
fn range(text: Text<'_>, today: &str) -> Option<Said> {
    let rest = text.after("from").unwrap_or(text);
    let (least, greatest) = match rest.after("between") {
        Some(rest) => rest.around("and")?,
        None => rest
            .around("to")
            .or_else(|| rest.around("–"))
            .or_else(|| rest.around("until"))?,
    };
    Some(Said::Range(end(least, today)?, end(greatest, today)?))
}

/// A number or a time as a range has it.
fn end(text: Text<'_>, today: &str) -> Option<String> {
    let plain = text.plain();
    if matches!(plain.as_str(), "today" | "now") {
        return Some(today.to_owned());
    }
    let of_date = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    if plain.len() >= 10 && plain.bytes().take(10).enumerate().all(of_date) {
        return Some(text.as_str().trim().to_owned());
    }
    match number(text) {
        Some((count, rest)) if rest.is_empty() => Some(constant(count)),
        _ => None,
    }
}

/// `shipped 96 %`, `96 % shipped`, `null 4 %`.
pub(super) fn share(text: Text<'_>) -> Option<Said> {
    let raw = text.as_str();
    let percent = raw.find('%')?;
    // The number before the sign, and the value before or behind it.
    let before = raw[..percent].trim_end();
    let last_other = before
        .char_indices()
        .rfind(|(_, c)| !c.is_ascii_digit() && *c != '.');
    let digits = last_other.map_or(0, |(at, c)| at + c.len_utf8());
    let share: f64 = before[digits..].parse().ok()?;
    let marks = |text: &'_ str| -> String {
        let text = text.trim_matches(|c: char| c.is_whitespace() || ":=(~)".contains(c));
        text.trim_matches(['\'', '"', '`']).to_owned()
    };
    let of = match marks(&before[..digits]) {
        value if value.is_empty() => marks(&raw[percent + 1..]),
        value => value,
    };
    if of.is_empty() || !(0.0..=100.0).contains(&share) {
        return None;
    }
    let share = share / 100.0;
    Some(match of.to_lowercase().as_str() {
        "null" | "nulls" | "is null" | "empty" | "unknown" | "missing" => Said::Null(share),
        "rest" | "others" | "other" | "the rest" => Said::Rest,
        _ => Said::Common(of, share),
    })
}

/// `unique`, `200 values`, `200 distinct`.
fn distinct(text: Text<'_>) -> Option<Said> {
    let text = text.after("has").unwrap_or(text);
    if matches!(text.plain().as_str(), "unique" | "is unique" | "distinct") {
        return Some(Said::Unique);
    }
    let (count, rest) = number(text)?;
    let counted = matches!(
        rest.plain().as_str(),
        "values" | "distinct values" | "distinct" | "different values" | "different"
    );
    counted.then_some(Said::Distinct(count))
}

/// `2 kB`, `about 300 bytes`.
fn bytes(text: Text<'_>) -> Option<Said> {
    let (count, unit) = number(text.after("about").unwrap_or(text))?;
    let times = match unit.plain().as_str() {
        "bytes" | "byte" | "b" | "characters" => 1.0,
        "kb" | "kib" | "kilobytes" => 1024.0,
        _ => return None,
    };
    Some(Said::Bytes(count * times))
}
