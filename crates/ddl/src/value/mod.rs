//! Values of rows: what an expression is evaluated over, and what it gives.

mod interval;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use rust_decimal::Decimal;

pub use interval::Interval;

use crate::quote;

/// A value of a column or of an expression. Timestamps with and without time zone are one: an
/// expression is evaluated as if the session's time zone were UTC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `NULL`
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number of any of the integer types.
    Integer(i128),
    /// An exact number with a fraction.
    Decimal(Decimal),
    /// Text, or a value of an enumerated or otherwise text-like type.
    Text(String),
    /// A day.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A point in time.
    Timestamp(DateTime),
    /// A span of time.
    Interval(Interval),
    /// An array.
    List(Vec<Value>),
}

/// A row: a value for each column, by the column's name (a dotted path where the name is one).
pub type Assignment = BTreeMap<String, Value>;

impl Value {
    /// A text value.
    pub fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    /// The value as an SQL literal: `NULL`, `-1`, `1.50`, `'it''s'`, `DATE '2024-01-31'`, `ARRAY[1, 2]`.
    pub fn to_sql_literal(&self) -> String {
        match self {
            Value::Null => "NULL".to_owned(),
            Value::Bool(true) => "TRUE".to_owned(),
            Value::Bool(false) => "FALSE".to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Decimal(number) => number.to_string(),
            Value::Text(text) => quote::literal(text),
            Value::Date(_) => format!("DATE '{}'", self.to_text()),
            Value::Time(_) => format!("TIME '{}'", self.to_text()),
            Value::Timestamp(_) => format!("TIMESTAMP '{}'", self.to_text()),
            Value::Interval(_) => format!("INTERVAL '{}'", self.to_text()),
            Value::List(items) if items.is_empty() => "'{}'".to_owned(),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(Value::to_sql_literal).collect();
                format!("ARRAY[{}]", items.join(", "))
            }
        }
    }

    /// The value as PostgreSQL would print it.
    pub fn to_text(&self) -> String {
        match self {
            Value::Null => String::new(),
            Value::Bool(value) => if *value { "true" } else { "false" }.to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Decimal(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::Date(date) => date.to_string(),
            Value::Time(time) => time.to_string(),
            Value::Timestamp(timestamp) => {
                format!("{} {}", timestamp.date(), timestamp.time())
            }
            Value::Interval(interval) => interval.to_string(),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(Value::to_text).collect();
                format!("{{{}}}", items.join(","))
            }
        }
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The number, where the value is one.
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Value::Integer(number) => Decimal::try_from_i128_with_scale(*number, 0).ok(),
            Value::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// The value as one of the same type as `like`, where text can be read as that: a quoted constant
    /// takes the type of what it is compared with.
    pub fn coerced_like(&self, like: &Value) -> Option<Value> {
        let Value::Text(text) = self else {
            return Some(self.clone());
        };
        match like {
            Value::Null | Value::Text(_) | Value::List(_) => Some(self.clone()),
            Value::Bool(_) => parse_bool(text).map(Value::Bool),
            Value::Integer(_) | Value::Decimal(_) => parse_number(text),
            Value::Date(_) => parse_date(text).map(Value::Date),
            Value::Time(_) => text.trim().parse().ok().map(Value::Time),
            Value::Timestamp(_) => parse_timestamp(text).map(Value::Timestamp),
            Value::Interval(_) => Interval::parse(text).map(Value::Interval),
        }
    }

    /// How two values of comparable types order; `None` when either is null or the types differ.
    pub fn compare(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Null, _) | (_, Value::Null) => None,
            (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
            (Value::Integer(_) | Value::Decimal(_), Value::Integer(_) | Value::Decimal(_)) => {
                Some(self.as_decimal()?.cmp(&other.as_decimal()?))
            }
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
            (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
            (Value::Date(a), Value::Timestamp(b)) => Some(midnight(*a).cmp(b)),
            (Value::Timestamp(a), Value::Date(b)) => Some(a.cmp(&midnight(*b))),
            (Value::Interval(a), Value::Interval(b)) => Some(a.span().cmp(&b.span())),
            (Value::List(a), Value::List(b)) => {
                for (left, right) in a.iter().zip(b) {
                    match left.compare(right)? {
                        Ordering::Equal => {}
                        order => return Some(order),
                    }
                }
                Some(a.len().cmp(&b.len()))
            }
            (Value::Text(_), _) => self
                .coerced_like(other)
                .filter(|value| !matches!(value, Value::Text(_)))?
                .compare(other),
            (_, Value::Text(_)) => self.compare(
                &other
                    .coerced_like(self)
                    .filter(|value| !matches!(value, Value::Text(_)))?,
            ),
            _ => None,
        }
    }
}

/// The first moment of a day.
pub(crate) fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

/// A boolean as PostgreSQL reads it from text.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "true" | "yes" | "y" | "on" | "1" => Some(true),
        "f" | "false" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// A number as PostgreSQL reads it from text.
pub(crate) fn parse_number(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i128>() {
        return Some(Value::Integer(number));
    }
    if text.contains(['e', 'E']) {
        Decimal::from_scientific(text).ok().map(Value::Decimal)
    } else {
        text.parse().ok().map(Value::Decimal)
    }
}

/// A day in ISO form.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| parse_timestamp(text).map(|timestamp| timestamp.date()))
}

/// A point in time in ISO form; a zone of `Z`, `+00` is dropped.
pub(crate) fn parse_timestamp(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let text = text
        .strip_suffix("+00:00")
        .or_else(|| text.strip_suffix("+00"))
        .or_else(|| text.strip_suffix('Z'))
        .unwrap_or(text);
    if let Ok(date) = text.parse::<Date>() {
        // The parser of a lone date also takes a date and time; the length tells them apart.
        if text.len() <= "2024-01-31".len() {
            return Some(midnight(date));
        }
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn literals_are_what_postgresql_reads() {
        for (value, sql) in [
            (Value::Null, "NULL"),
            (Value::Integer(-1), "-1"),
            (parse_number("1.50").unwrap(), "1.50"),
            (Value::text("it's"), "'it''s'"),
            (
                Value::Date(parse_date("2024-02-29").unwrap()),
                "DATE '2024-02-29'",
            ),
            (
                Value::Timestamp(parse_timestamp("2024-02-29 12:30:00+00").unwrap()),
                "TIMESTAMP '2024-02-29 12:30:00'",
            ),
            (Value::Time("08:30".parse().unwrap()), "TIME '08:30:00'"),
            (
                Value::Interval(Interval::parse("90 minutes").unwrap()),
                "INTERVAL '01:30:00'",
            ),
            (
                Value::List(vec![Value::text("a"), Value::Null]),
                "ARRAY['a', NULL]",
            ),
        ] {
            assert_eq!(value.to_sql_literal(), sql);
        }
    }

    #[test]
    fn text_takes_the_type_it_is_compared_with() {
        let date = Value::Date(parse_date("2024-02-29").unwrap());
        assert_eq!(
            date.compare(&Value::text("2024-03-01")),
            Some(Ordering::Less)
        );
        assert_eq!(Value::text("x").compare(&date), None);
        assert_eq!(
            parse_number("1.0").unwrap().compare(&Value::Integer(1)),
            Some(Ordering::Equal)
        );
    }
}
