//! The column type of each meaning.

use pgwright_brief::model::{Attribute, AttributeKind, Brief, ValueType};
use pgwright_catalog::QualifiedName;

use crate::draft::Draft;
use crate::layout::{self, Stored};

/// Currencies whose smaller unit is not a hundredth (ISO 4217), with its decimals.
const MINOR_UNITS: &[(&str, u32)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// Decimals of a currency's smaller unit.
pub(super) fn minor_unit(currency: &str) -> u32 {
    MINOR_UNITS
        .iter()
        .find(|(code, _)| *code == currency)
        .map_or(2, |(_, decimals)| *decimals)
}

/// The type of an attribute's column: a domain where several columns have the same form.
pub(in crate::families) fn column_type(
    draft: &Draft<'_>,
    stored: &Stored<'_>,
    meaning: &ValueType,
) -> String {
    match domain(draft, meaning) {
        Some(name) => name.quoted(),
        None => base_type(draft, stored.attribute, meaning),
    }
}

/// The type of a part of a value that takes several columns.
pub(super) fn part_type(draft: &Draft<'_>, meaning: &ValueType, part: &str) -> String {
    match (meaning, part) {
        (ValueType::Money { currency, .. }, "amount") => money_type(draft.brief, currency.as_ref()),
        (ValueType::Money { .. }, _) => code_type(draft, &ValueType::Currency),
        (ValueType::Address, "country") => code_type(draft, &ValueType::Country),
        (ValueType::Coordinates, "latitude") => "numeric(8,6)".to_owned(),
        (ValueType::Coordinates, _) => "numeric(9,6)".to_owned(),
        _ => "text".to_owned(),
    }
}

fn code_type(draft: &Draft<'_>, meaning: &ValueType) -> String {
    domain(draft, meaning).map_or_else(|| "text".to_owned(), |name| name.quoted())
}

/// The plain type behind an attribute.
pub(super) fn base_type(draft: &Draft<'_>, attribute: &Attribute, meaning: &ValueType) -> String {
    match meaning {
        ValueType::Name
        | ValueType::Text
        | ValueType::LongText
        | ValueType::Code
        | ValueType::Email
        | ValueType::Phone
        | ValueType::Url
        | ValueType::Address
        | ValueType::Currency
        | ValueType::Country
        | ValueType::Language
        | ValueType::TimeZone
        | ValueType::Secret => "text".to_owned(),
        ValueType::Money { currency, .. } => money_type(draft.brief, currency.as_ref()),
        ValueType::Percentage => "numeric(6,3)".to_owned(),
        ValueType::Quantity { .. } => "numeric(14,3)".to_owned(),
        ValueType::Integer { .. } => integer_type(attribute).to_owned(),
        ValueType::Decimal { precision, scale } => format!("numeric({precision},{scale})"),
        ValueType::Boolean => "boolean".to_owned(),
        ValueType::Date => "date".to_owned(),
        ValueType::Instant => "timestamp with time zone".to_owned(),
        ValueType::TimeOfDay => "time without time zone".to_owned(),
        ValueType::Weekday => weekday_type(draft).quoted(),
        ValueType::Duration => "interval".to_owned(),
        ValueType::DatePeriod { .. } => "daterange".to_owned(),
        ValueType::TimePeriod { .. } => "tstzrange".to_owned(),
        ValueType::TimeOfDayPeriod => time_range_type(draft).quoted(),
        ValueType::Json => "jsonb".to_owned(),
        ValueType::Tags => "text[]".to_owned(),
        ValueType::Uuid => "uuid".to_owned(),
        ValueType::IpAddress => "inet".to_owned(),
        ValueType::Coordinates => "point".to_owned(),
        ValueType::Binary => "bytea".to_owned(),
    }
}

/// Exact decimals, as many as the currency has; four where rows differ in currency, which is as
/// many as any has.
fn money_type(brief: &Brief, currency: Option<&String>) -> String {
    match currency {
        Some(code) => {
            let decimals = minor_unit(code);
            format!("numeric({},{decimals})", 12 + decimals.max(2))
        }
        None if has_currencies(brief) => "numeric(18,4)".to_owned(),
        None => "numeric(14,2)".to_owned(),
    }
}

/// Some amounts of the brief carry a currency or stand beside one.
pub(super) fn has_currencies(brief: &Brief) -> bool {
    Stored::of_brief(brief).iter().any(|s| {
        matches!(
            &s.attribute.kind,
            AttributeKind::Value(
                ValueType::Currency
                    | ValueType::Money {
                        with_currency: true,
                        ..
                    }
            )
        )
    })
}

/// `integer`, and `bigint` where sums or bounds pass 2,147,483,647.
fn integer_type(attribute: &Attribute) -> &'static str {
    let passes = |bound: &Option<pgwright_brief::model::Bound>| {
        bound
            .as_ref()
            .and_then(|b| b.value.replace('_', "").parse::<f64>().ok())
            .is_some_and(|value| value.abs() > f64::from(i32::MAX))
    };
    let wide = attribute.running_total.is_some()
        || passes(&attribute.minimum)
        || passes(&attribute.maximum);
    if wide { "bigint" } else { "integer" }
}

/// The enumeration of the days of the week.
pub(super) fn weekday_type(draft: &Draft<'_>) -> QualifiedName {
    layout::free_type(draft, "weekday")
}

/// The range type over times of day, which PostgreSQL does not bring.
pub(super) fn time_range_type(draft: &Draft<'_>) -> QualifiedName {
    layout::free_type(draft, "time_of_day_range")
}

/// The domain of a meaning with a form, when at least two columns share it.
pub(super) fn domain(draft: &Draft<'_>, meaning: &ValueType) -> Option<QualifiedName> {
    let stem = stem(meaning)?;
    let columns = Stored::of_brief(draft.brief)
        .iter()
        .map(|s| match &s.attribute.kind {
            AttributeKind::Value(other) => uses(other, meaning),
            _ => 0,
        })
        .sum::<usize>();
    (columns > 1).then(|| layout::free_type(draft, stem))
}

/// The name that a domain of the meaning has.
pub(super) fn stem(meaning: &ValueType) -> Option<&'static str> {
    Some(match meaning {
        ValueType::Email => "email_address",
        ValueType::Phone => "phone_number",
        ValueType::Url => "web_address",
        ValueType::Currency => "currency_code",
        ValueType::Country => "country_code",
        ValueType::Language => "language_tag",
        ValueType::Percentage => "percentage",
        _ => return None,
    })
}

/// Columns of a meaning `wanted` that an attribute of meaning `has` makes.
fn uses(has: &ValueType, wanted: &ValueType) -> usize {
    let within = match (has, wanted) {
        (ValueType::Address, ValueType::Country)
        | (
            ValueType::Money {
                with_currency: true,
                ..
            },
            ValueType::Currency,
        ) => true,
        _ => has == wanted,
    };
    usize::from(within)
}
