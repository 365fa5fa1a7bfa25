//! The normal form of constants.

use rust_decimal::Decimal;

use crate::expr::Expr;
use crate::value::{self, Interval, Value, midnight};

/// A constant that a cast stood around, or that stands alone: a number in its shortest form, a date or
/// span of time as the server prints it.
pub(super) fn normal(constant: &Expr) -> Expr {
    match constant {
        Expr::Numeric(text) => number(text).unwrap_or_else(|| constant.clone()),
        Expr::Text(text) => Expr::Text(moment(text).unwrap_or_else(|| text.clone())),
        other => other.clone(),
    }
}

/// The number that a text is, if its cast says that it is one.
pub(super) fn numeric_text(text: &str, type_name: &str) -> Option<Expr> {
    let base = type_name.split('(').next().unwrap_or(type_name);
    let numeric = matches!(
        base,
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision"
    );
    if numeric { number(text) } else { None }
}

fn number(text: &str) -> Option<Expr> {
    let decimal: Decimal = match value::parse_number(text)? {
        Value::Integer(number) => return i64::try_from(number).ok().map(Expr::Integer),
        Value::Decimal(number) => number.normalize(),
        _ => return None,
    };
    Some(match i64::try_from(decimal) {
        Ok(number) if decimal.is_integer() => Expr::Integer(number),
        _ => Expr::Numeric(decimal.to_string()),
    })
}

/// The canonical text of a date, a timestamp, a time or a span of time; `None` for any other text.
fn moment(text: &str) -> Option<String> {
    let trimmed = text.trim();
    let first = trimmed.chars().next()?;
    if !first.is_ascii_digit() && first != '-' {
        return None;
    }
    if let Some(timestamp) = value::parse_timestamp(trimmed) {
        // At midnight a timestamp and a date look alike; which it is, the other operand knows.
        return Some(if timestamp == midnight(timestamp.date()) {
            timestamp.date().to_string()
        } else {
            Value::Timestamp(timestamp).to_text()
        });
    }
    if trimmed.contains(|c: char| c == ':' || c.is_ascii_alphabetic()) {
        return Interval::parse(trimmed).map(|interval| interval.to_string());
    }
    None
}
