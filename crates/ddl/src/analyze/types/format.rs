//! Names of types as `format_type` prints them, with an empty search path.

use std::fmt::Write as _;

use pgwright_catalog::quote_identifier;

use crate::analyze::system::catalog;
use crate::analyze::tree::Type;

/// `format_type(type, typmod)`; without a modifier as the types of a function's arguments are printed.
///
/// The difference shows for `bpchar` and `bit`: with the modifier -1 they are printed by those names,
/// because `character` and `bit` would mean `character(1)` and `bit(1)`.
pub(crate) fn format_type(data_type: &Type, typmod: Option<i32>) -> String {
    let (element, array) = match data_type {
        Type::User(user) => {
            let mut name = qualified(&user.schema, &user.name);
            if user.array {
                name.push_str("[]");
            }
            return name;
        }
        Type::System(oid) => match catalog().type_by_oid(*oid) {
            None => return "???".to_owned(),
            // int2vector and oidvector are arrays too, but have names of their own.
            Some(t) if t.subscripting == b'a' && t.element != 0 && t.name.starts_with('_') => {
                (t.element, true)
            }
            Some(_) => (*oid, false),
        },
    };
    let mut name = system_name(element, typmod);
    if array {
        name.push_str("[]");
    }
    name
}

fn qualified(schema: &str, name: &str) -> String {
    // A type that nothing is known of, not even where it is.
    if schema.is_empty() {
        return quote_identifier(name);
    }
    format!("{}.{}", quote_identifier(schema), quote_identifier(name))
}

fn system_name(oid: u32, typmod: Option<i32>) -> String {
    let given = typmod.is_some();
    let modifier = typmod.filter(|m| *m >= 0);
    let with = |name: &str, m: Option<i32>| match m {
        Some(m) => format!("{name}({m})"),
        None => name.to_owned(),
    };
    let length = modifier.map(|m| m - 4);
    let zoned = |name: &str, zone: &str| match modifier {
        Some(m) => format!("{name}({m}) {zone} time zone"),
        None => format!("{name} {zone} time zone"),
    };
    match Type::System(oid) {
        Type::BIT if modifier.is_none() && given => "\"bit\"".to_owned(),
        Type::BIT => with("bit", modifier),
        Type::BOOL => "boolean".to_owned(),
        Type::BPCHAR if modifier.is_none() && given => "bpchar".to_owned(),
        Type::BPCHAR => with("character", length),
        Type::FLOAT4 => "real".to_owned(),
        Type::FLOAT8 => "double precision".to_owned(),
        Type::INT2 => "smallint".to_owned(),
        Type::INT4 => "integer".to_owned(),
        Type::INT8 => "bigint".to_owned(),
        Type::JSON => "json".to_owned(),
        Type::NUMERIC => match length {
            Some(m) => format!("numeric({},{})", (m >> 16) & 0xffff, numeric_scale(m)),
            None => "numeric".to_owned(),
        },
        Type::INTERVAL => match modifier {
            Some(m) => format!("interval{}", interval_modifier(m)),
            None => "interval".to_owned(),
        },
        Type::TIME => zoned("time", "without"),
        Type::TIMETZ => zoned("time", "with"),
        Type::TIMESTAMP => zoned("timestamp", "without"),
        Type::TIMESTAMPTZ => zoned("timestamp", "with"),
        Type::VARBIT => with("bit varying", modifier),
        Type::VARCHAR => with("character varying", length),
        _ => match catalog().type_by_oid(oid) {
            Some(t) if t.schema == "pg_catalog" => with(&quote_identifier(t.name), modifier),
            Some(t) => with(&qualified(t.schema, t.name), modifier),
            None => "???".to_owned(),
        },
    }
}

/// The scale is kept in eleven bits, signed.
fn numeric_scale(modifier: i32) -> i32 {
    ((modifier & 0x7ff) ^ 1024) - 1024
}

/// Fields and precision of an interval.
fn interval_modifier(modifier: i32) -> String {
    let fields = (modifier >> 16) & 0x7fff;
    let precision = modifier & 0xffff;
    let mut text = INTERVAL_FIELDS
        .iter()
        .find(|(mask, _)| *mask == fields)
        .map(|(_, name)| format!(" {name}"))
        .unwrap_or_default();
    if precision != 0xffff {
        let _ = write!(text, "({precision})");
    }
    text
}

const YEAR: i32 = 1 << 2;
const MONTH: i32 = 1 << 1;
const DAY: i32 = 1 << 3;
const HOUR: i32 = 1 << 10;
const MINUTE: i32 = 1 << 11;
const SECOND: i32 = 1 << 12;

/// The masks of interval fields, with their words.
pub(super) const INTERVAL_FIELDS: &[(i32, &str)] = &[
    (YEAR, "year"),
    (MONTH, "month"),
    (DAY, "day"),
    (HOUR, "hour"),
    (MINUTE, "minute"),
    (SECOND, "second"),
    (YEAR | MONTH, "year to month"),
    (DAY | HOUR, "day to hour"),
    (DAY | HOUR | MINUTE, "day to minute"),
    (DAY | HOUR | MINUTE | SECOND, "day to second"),
    (HOUR | MINUTE, "hour to minute"),
    (HOUR | MINUTE | SECOND, "hour to second"),
    (MINUTE | SECOND, "minute to second"),
];
