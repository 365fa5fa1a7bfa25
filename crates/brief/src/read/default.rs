//! Defaults as SQL expressions, by what the attribute is.

use pgwright_ddl::expr::{Expr, parse_expression};

use crate::model::{AttributeKind, ValueType};
use crate::names::{listing, nearest};
use crate::number;
use crate::read::Reader;
use crate::read::bound::{is_time, parse_date};
use crate::read::fields::shortened;
use crate::read::kind::unquoted;
use crate::read::types::title;
use crate::text::Text;

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// The default as an SQL expression, by what the attribute is.
pub(crate) fn default_value(
    reader: &mut Reader<'_>,
    text: Text<'_>,
    kind: &mut AttributeKind,
) -> Option<Expr> {
    let plain = text.plain();
    let written = unquoted(text.as_str());
    let cast = |type_name: &str| Expr::Cast {
        operand: Box::new(Expr::text(&written)),
        type_name: type_name.to_owned(),
    };
    let found = match kind {
        AttributeKind::OneOf(values) => {
            if let Some(value) = values
                .iter()
                .find(|value| value.eq_ignore_ascii_case(&written))
            {
                return Some(Expr::text(value));
            }
            let hint = match nearest(&written, values.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "the values are {}",
                    listing(values.iter().map(String::as_str))
                ),
            };
            reader.report.error_hint(
                text.range(),
                format!(
                    "the default `{}` is not among the values",
                    shortened(&written)
                ),
                hint,
            );
            return None;
        }
        AttributeKind::Value(value) => match value {
            ValueType::Boolean => match plain.as_str() {
                "yes" | "true" => Some(Expr::Bool(true)),
                "no" | "false" => Some(Expr::Bool(false)),
                _ => None,
            },
            ValueType::Integer { .. } => number::number(text)
                .filter(|(value, rest)| rest.is_empty() && value.fract() == 0.0)
                .map(|(value, _)| integer(value)),
            ValueType::Money { .. }
            | ValueType::Percentage
            | ValueType::Quantity { .. }
            | ValueType::Decimal { .. } => number::number(text)
                .filter(|(_, rest)| rest.is_empty() || rest.as_str() == "%")
                .map(|(value, _)| {
                    if value.fract() == 0.0 {
                        integer(value)
                    } else {
                        Expr::Numeric(number::constant(value))
                    }
                }),
            ValueType::Date => match plain.as_str() {
                "today" | "now" | "current_date" => Some(Expr::SqlValue("CURRENT_DATE".to_owned())),
                _ => parse_date(&written).map(|_| cast("date")),
            },
            ValueType::Instant => match plain.as_str() {
                "now" | "today" | "now()" | "current_timestamp" => {
                    Some(Expr::function("now", Vec::new()))
                }
                _ => parse_date(&written).map(|_| cast("timestamp with time zone")),
            },
            ValueType::TimeOfDay => is_time(&written).then(|| cast("time without time zone")),
            ValueType::Duration => number::length_of_time(text).map(|_| cast("interval")),
            ValueType::Uuid => matches!(plain.as_str(), "random" | "generated" | "new")
                .then(|| Expr::function("gen_random_uuid", Vec::new())),
            ValueType::Json => Some(cast("jsonb")),
            ValueType::Currency | ValueType::Country => Some(Expr::text(&written.to_uppercase())),
            ValueType::Name
            | ValueType::Text
            | ValueType::LongText
            | ValueType::Code
            | ValueType::Language
            | ValueType::TimeZone
            | ValueType::Email
            | ValueType::Url
            | ValueType::Phone => Some(Expr::text(&written)),
            ValueType::Weekday => WEEKDAYS
                .contains(&plain.as_str())
                .then(|| Expr::text(&plain)),
            _ => None,
        },
        AttributeKind::Lookup => Some(Expr::text(&written)),
        _ => {
            reader.report.error_hint(
                text.range(),
                "a reference has no default",
                "make it optional, or let the program choose",
            );
            return None;
        }
    };
    if let Some(found) = found {
        return Some(found);
    }
    // Anything with a call in it may be SQL.
    if text.as_str().contains('(')
        && let Ok(expression) = parse_expression(text.as_str())
    {
        return Some(expression);
    }
    let AttributeKind::Value(value) = kind else {
        return None;
    };
    reader.report.error_hint(
        text.range(),
        format!(
            "the default `{}` is not {}",
            shortened(text.as_str()),
            describe(value)
        ),
        "write a constant of its type, `now` or `today` for times and dates, or a call such as \
         `gen_random_uuid()`",
    );
    None
}

fn describe(value: &ValueType) -> String {
    match value {
        ValueType::Boolean => "yes or no".to_owned(),
        ValueType::Integer { .. } => "a whole number".to_owned(),
        other => format!("a value of type {}", title(other)),
    }
}

fn integer(value: f64) -> Expr {
    // Checked to be whole; larger ones than 64 bits stay as written.
    let text = number::constant(value);
    text.parse().map_or(Expr::Numeric(text), Expr::Integer)
}
