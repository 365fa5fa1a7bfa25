//! Literals: what a type's output function prints of the text that its input function read.
//!
//! A server reads a literal when it analyses the text, and keeps the value: `' 5 '::integer` is
//! printed as `5`. What depends on more than the text (`now`, settings of the session beyond the
//! defaults) is undecided. Time zones are those of a session in UTC.

mod array;
mod binary;
mod datetime;
mod interval;
mod json;
mod network;
mod number;
mod object_name;
mod range;

use std::sync::Arc;

pub(crate) use number::{bits, integer, numeric};

use super::environment::{Environment, TypeDescriptionKind};
use super::error::Undecided;
use super::tree::Type;
use super::types::{Facts, element_type, facts, format_type, range_subtype};

/// The value of a literal as the type prints it; undecided where that is not sure.
pub(crate) fn input(
    env: &dyn Environment,
    data_type: &Type,
    typmod: i32,
    text: &str,
) -> Result<Arc<str>, Undecided> {
    value(env, data_type, typmod, text).ok_or_else(|| {
        Undecided::new(format!(
            "the literal '{text}' of type {}",
            format_type(data_type, None)
        ))
    })
}

fn value(env: &dyn Environment, data_type: &Type, typmod: i32, text: &str) -> Option<Arc<str>> {
    match *data_type {
        Type::TEXT
        | Type::VARCHAR
        | Type::BPCHAR
        | Type::UNKNOWN
        | Type::CSTRING
        | Type::REFCURSOR
        | Type::XML => Some(text.into()),
        Type::NAME => (text.len() < 64).then(|| text.into()),
        Type::CHAR => (text.len() <= 1).then(|| text.into()),
        Type::BOOL => boolean(text),
        Type::INT2 => whole(text, i128::from(i16::MIN), i128::from(i16::MAX)),
        Type::INT4 => whole(text, i128::from(i32::MIN), i128::from(i32::MAX)),
        Type::INT8 => whole(text, i128::from(i64::MIN), i128::from(i64::MAX)),
        Type::OID => whole(text, 0, i128::from(u32::MAX)),
        Type::NUMERIC => numeric(text),
        Type::FLOAT4 => number::float4(text),
        Type::FLOAT8 => number::float8(text),
        Type::MONEY => number::money(text),
        Type::DATE => datetime::date(text),
        Type::TIME => datetime::time(text),
        Type::TIMESTAMP => datetime::timestamp(text),
        Type::TIMESTAMPTZ => datetime::timestamptz(text),
        Type::TIMETZ => datetime::timetz(text),
        Type::INTERVAL => interval::interval(text, typmod),
        Type::UUID => binary::uuid(text),
        Type::BYTEA => binary::bytea(text),
        Type::BIT | Type::VARBIT => bits(text),
        Type::JSON => json::valid(text).then(|| text.into()),
        Type::JSONB => json::jsonb(text),
        Type::JSONPATH => json::path(text),
        Type::INET => network::inet(text),
        Type::CIDR => network::cidr(text),
        Type::MACADDR => network::macaddr(text),
        Type::POINT => number::point(text),
        Type::REGCLASS => object_name::relation(env, text),
        Type::REGTYPE => object_name::type_name(env, text),
        Type::REGPROC => object_name::function(env, text),
        Type::REGCONFIG => object_name::text_search(text, "t"),
        Type::REGDICTIONARY => object_name::text_search(text, "d"),
        Type::REGNAMESPACE | Type::REGROLE => object_name::single(text),
        Type::TSVECTOR => text.trim().is_empty().then(|| "".into()),
        _ => composed(env, data_type, typmod, text),
    }
}

/// Arrays, ranges and enumerations.
fn composed(env: &dyn Environment, data_type: &Type, typmod: i32, text: &str) -> Option<Arc<str>> {
    if let Facts::User(found) = facts(env, data_type) {
        if let TypeDescriptionKind::Enum(labels) = &found.kind {
            return labels.iter().find(|l| &***l == text).cloned();
        }
        if let TypeDescriptionKind::Base { .. } = &found.kind {
            if &*found.name == "cube" {
                return number::cube(text);
            }
            // Of the extensions' types these print what they read.
            let as_read = matches!(&*found.name, "citext" | "ltree" | "lquery");
            let as_read = as_read || (&*found.name == "hstore" && text.is_empty());
            return as_read.then(|| text.into());
        }
    }
    if let Some(element) = element_type(data_type) {
        // The vectors of numbers have a form of their own.
        if matches!(*data_type, Type::INT2VECTOR | Type::OIDVECTOR) {
            return None;
        }
        return array::array(text, &|text| value_of_element(env, &element, typmod, text));
    }
    let subtype = range_subtype(env, data_type)?;
    let discrete = match *data_type {
        Type::System(3904 | 3926) => range::Discrete::Integer,
        Type::System(3912) => range::Discrete::Date,
        Type::System(_) => range::Discrete::No,
        // A canonical function of the user's is not known.
        Type::User(_) => range::Discrete::No,
    };
    range::range(text, discrete, &|text| {
        value_of_element(env, &subtype, -1, text)
    })
}

fn value_of_element(
    env: &dyn Environment,
    element: &Type,
    typmod: i32,
    text: &str,
) -> Option<Arc<str>> {
    let base = super::types::base_type(env, element);
    value(env, &base, typmod, text)
}

/// Any unique beginning of true, false, yes, no, on, off, or 1 and 0.
fn boolean(text: &str) -> Option<Arc<str>> {
    let word = text.trim_matches(number::is_space).to_ascii_lowercase();
    let begins = |full: &str, least: usize| word.len() >= least && full.starts_with(&word);
    if begins("true", 1) || begins("yes", 1) || word == "on" || word == "1" {
        Some("t".into())
    } else if begins("false", 1) || begins("no", 1) || begins("off", 2) || word == "0" {
        Some("f".into())
    } else {
        None
    }
}

fn whole(text: &str, lowest: i128, highest: i128) -> Option<Arc<str>> {
    let value = integer(text)?;
    (lowest..=highest)
        .contains(&value)
        .then(|| value.to_string().into())
}
