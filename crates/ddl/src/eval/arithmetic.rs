//! Arithmetic on numbers, dates and spans of time.

use jiff::Span;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::{Result, Unsupported};
use crate::value::{Interval, Value, midnight};

pub(super) fn unary(operator: &str, operand: Value) -> Result<Value> {
    match (operator, &operand) {
        (_, Value::Null) => Some(Value::Null),
        ("+", Value::Integer(_) | Value::Decimal(_)) => Some(operand.clone()),
        ("-", Value::Integer(number)) => number.checked_neg().map(Value::Integer),
        ("-", Value::Decimal(number)) => Some(Value::Decimal(-*number)),
        ("-", Value::Interval(interval)) => interval.checked_neg().map(Value::Interval),
        ("@", Value::Integer(number)) => number.checked_abs().map(Value::Integer),
        ("@", Value::Decimal(number)) => Some(Value::Decimal(number.abs())),
        _ => None,
    }
    .ok_or_else(|| Unsupported::new(format!("{operator} {}", operand.to_sql_literal())))
}

pub(super) fn binary(operator: &str, left: &Value, right: &Value) -> Result<Value> {
    if left.is_null() || right.is_null() {
        return Ok(Value::Null);
    }
    compute(operator, left, right).ok_or_else(|| {
        let (left, right) = (left.to_sql_literal(), right.to_sql_literal());
        Unsupported::new(format!("{left} {operator} {right}"))
    })
}

fn compute(operator: &str, left: &Value, right: &Value) -> Option<Value> {
    use Value as V;
    Some(match (operator, left, right) {
        (_, V::Integer(a), V::Integer(b)) => return integers(operator, *a, *b),
        (_, V::Integer(_) | V::Decimal(_), V::Integer(_) | V::Decimal(_)) => {
            return decimals(operator, left.as_decimal()?, right.as_decimal()?);
        }
        ("+", V::Date(date), V::Integer(days)) | ("+", V::Integer(days), V::Date(date)) => {
            V::Date(shift(*date, i64::try_from(*days).ok()?)?)
        }
        ("-", V::Date(date), V::Integer(days)) => {
            V::Date(shift(*date, i64::try_from(days.checked_neg()?).ok()?)?)
        }
        ("-", V::Date(a), V::Date(b)) => V::Integer(b.until(*a).ok()?.get_days().into()),
        ("+", V::Date(date), V::Time(time)) | ("+", V::Time(time), V::Date(date)) => {
            V::Timestamp(date.to_datetime(*time))
        }
        ("-", V::Time(a), V::Time(b)) => V::Interval(Interval::between(
            Date::constant(2000, 1, 1).to_datetime(*b),
            Date::constant(2000, 1, 1).to_datetime(*a),
        )?),
        ("+", V::Interval(a), V::Interval(b)) => V::Interval(a.checked_add(*b)?),
        ("-", V::Interval(a), V::Interval(b)) => V::Interval(a.checked_add(b.checked_neg()?)?),
        ("*", V::Interval(a), V::Integer(factor)) | ("*", V::Integer(factor), V::Interval(a)) => {
            V::Interval(a.checked_mul(i64::try_from(*factor).ok()?)?)
        }
        ("+", moment, V::Interval(span)) | ("+", V::Interval(span), moment) => {
            V::Timestamp(span.after(timestamp(moment)?)?)
        }
        ("-", moment, V::Interval(span)) => {
            V::Timestamp(span.checked_neg()?.after(timestamp(moment)?)?)
        }
        ("-", V::Date(_) | V::Timestamp(_), V::Date(_) | V::Timestamp(_)) => {
            V::Interval(Interval::between(timestamp(right)?, timestamp(left)?)?)
        }
        // A quoted constant takes the type of the other side.
        (_, V::Text(_), V::Integer(_) | V::Decimal(_) | V::Interval(_)) => {
            return compute(operator, &left.coerced_like(right)?, right);
        }
        (_, V::Integer(_) | V::Decimal(_) | V::Interval(_), V::Text(_)) => {
            return compute(operator, left, &right.coerced_like(left)?);
        }
        (_, V::Timestamp(_) | V::Date(_), V::Text(text)) => {
            return compute(operator, left, &V::Interval(Interval::parse(text)?));
        }
        _ => return None,
    })
}

fn timestamp(value: &Value) -> Option<DateTime> {
    match value {
        Value::Date(date) => Some(midnight(*date)),
        Value::Timestamp(timestamp) => Some(*timestamp),
        _ => None,
    }
}

fn shift(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

fn integers(operator: &str, a: i128, b: i128) -> Option<Value> {
    let number = match operator {
        "+" => a.checked_add(b)?,
        "-" => a.checked_sub(b)?,
        "*" => a.checked_mul(b)?,
        "/" => a.checked_div(b)?,
        "%" => a.checked_rem(b)?,
        "^" => a.checked_pow(u32::try_from(b).ok()?)?,
        "&" => a & b,
        "|" => a | b,
        "#" => a ^ b,
        "<<" => a.checked_shl(u32::try_from(b).ok()?)?,
        ">>" => a.checked_shr(u32::try_from(b).ok()?)?,
        _ => return None,
    };
    Some(Value::Integer(number))
}

fn decimals(operator: &str, a: Decimal, b: Decimal) -> Option<Value> {
    let number = match operator {
        "+" => a.checked_add(b)?,
        "-" => a.checked_sub(b)?,
        "*" => a.checked_mul(b)?,
        "/" => a.checked_div(b)?,
        "%" => a.checked_rem(b)?,
        _ => return None,
    };
    Some(Value::Decimal(number))
}
