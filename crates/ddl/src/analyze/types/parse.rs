//! Reads what `format_type` prints back, without a parser: catalogs hold types as such texts.

use std::sync::Arc;

use super::format::INTERVAL_FIELDS;
use super::type_name::{look_up, modifier_in, type_name};
use super::{Facts, array_type, facts};
use crate::analyze::environment::Environment;
use crate::analyze::error::Undecided;
use crate::analyze::tree::{Type, UserType};

/// The type and type modifier of a text: `character varying(20)`, `numeric(12,2)`, `crm.stage[]`.
///
/// Texts in `format_type`'s form are read quickly; any other goes through the SQL parser. The
/// modifiers of a type that is not known are left out.
pub fn parse_type(env: &dyn Environment, text: &str) -> Result<(Type, i32), Undecided> {
    let text = text.trim();
    match quick(env, text) {
        Some(found) => Ok(found),
        None => through_parser(env, text),
    }
}

/// The same, for texts of a catalog: a name that nothing is known of is a type all the same.
pub(crate) fn parse_type_or_opaque(env: &dyn Environment, text: &str) -> (Type, i32) {
    let text = text.trim();
    match parse_type(env, text) {
        Ok(found) => found,
        Err(_) => (opaque(text), -1),
    }
}

/// A type of an unknown name; its modifiers are left out.
fn opaque(text: &str) -> Type {
    let element = text.trim_end_matches("[]");
    let array = element.len() < text.len();
    let name = match element.split_once('(') {
        Some((name, _)) => name.trim(),
        None => element,
    };
    let names = path_names(name).unwrap_or_else(|| vec![name.to_owned()]);
    let (schema, name) = match names.as_slice() {
        [name] => ("", name.as_str()),
        [.., schema, name] => (schema.as_str(), name.as_str()),
        [] => ("", text),
    };
    Type::User(Arc::new(UserType {
        schema: schema.into(),
        name: name.into(),
        array,
    }))
}

fn through_parser(env: &dyn Environment, text: &str) -> Result<(Type, i32), Undecided> {
    let unknown = || Undecided::new(format!("type \"{text}\" is not known"));
    let statements =
        crate::parse::statements(&format!("SELECT NULL::{text}")).map_err(|_| unknown())?;
    let [statement] = statements.as_slice() else {
        return Err(unknown());
    };
    let node = statement.stmt.as_ref().and_then(|n| n.node.as_ref());
    let Some(pg_query::NodeEnum::SelectStmt(select)) = node else {
        return Err(unknown());
    };
    let [target] = select.target_list.as_slice() else {
        return Err(unknown());
    };
    let Some(pg_query::NodeEnum::ResTarget(target)) = target.node.as_ref() else {
        return Err(unknown());
    };
    match target.val.as_ref().and_then(|n| n.node.as_ref()) {
        Some(pg_query::NodeEnum::TypeCast(cast)) => match &cast.type_name {
            Some(name) => type_name(env, name),
            None => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

fn quick(env: &dyn Environment, text: &str) -> Option<(Type, i32)> {
    let mut element = text;
    let mut array = false;
    while let Some(rest) = element.strip_suffix("[]") {
        element = rest;
        array = true;
    }
    let (data_type, typmod) = quick_element(env, element)?;
    if array {
        Some((array_type(&data_type)?, typmod))
    } else {
        Some((data_type, typmod))
    }
}

fn quick_element(env: &dyn Environment, text: &str) -> Option<(Type, i32)> {
    if let Some(found) = plain(text) {
        return Some((found, -1));
    }
    if let Some(found) = interval(text) {
        return Some((Type::INTERVAL, found));
    }
    let Some(open) = text.find('(') else {
        return Some((path(env, text)?, -1));
    };
    let (name, rest) = text.split_at(open);
    let (inside, after) = rest.strip_prefix('(')?.split_once(')')?;
    let numbers: Option<Vec<i32>> = inside.split(',').map(|n| n.trim().parse().ok()).collect();
    let data_type = match after {
        "" => match name {
            "character varying" | "varchar" => Type::VARCHAR,
            "character" | "char" => Type::BPCHAR,
            "numeric" => Type::NUMERIC,
            "bit" => Type::BIT,
            "bit varying" => Type::VARBIT,
            _ => {
                let found = path(env, name)?;
                // A type that nothing is known of may have modifiers that only it can read.
                return match facts(env, &found) {
                    Facts::Unknown => Some((found, -1)),
                    _ => Some((found.clone(), modifier_in(&found, &numbers?)?)),
                };
            }
        },
        " without time zone" => match name {
            "timestamp" => Type::TIMESTAMP,
            "time" => Type::TIME,
            _ => return None,
        },
        " with time zone" => match name {
            "timestamp" => Type::TIMESTAMPTZ,
            "time" => Type::TIMETZ,
            _ => return None,
        },
        _ => return None,
    };
    let typmod = modifier_in(&data_type, &numbers?)?;
    Some((data_type, typmod))
}

/// The spellings of `format_type` that are not the names in `pg_type`.
fn plain(text: &str) -> Option<Type> {
    Some(match text {
        "integer" => Type::INT4,
        "bigint" => Type::INT8,
        "smallint" => Type::INT2,
        "boolean" => Type::BOOL,
        "real" => Type::FLOAT4,
        "double precision" => Type::FLOAT8,
        "character varying" => Type::VARCHAR,
        "timestamp without time zone" => Type::TIMESTAMP,
        "timestamp with time zone" => Type::TIMESTAMPTZ,
        "time without time zone" => Type::TIME,
        "time with time zone" => Type::TIMETZ,
        "bit varying" => Type::VARBIT,
        "\"bit\"" => Type::BIT,
        "\"char\"" => Type::CHAR,
        "\"any\"" => Type::ANY,
        // These name one character or bit, or something else in SQL: the parser knows.
        "character" | "char" | "bit" | "int" | "float" | "dec" | "decimal" | "nchar" => {
            return None;
        }
        "timestamp" => Type::TIMESTAMP,
        "time" => Type::TIME,
        _ => return None,
    })
}

/// `interval day to second(3)`.
fn interval(text: &str) -> Option<i32> {
    let rest = text.strip_prefix("interval")?;
    let (words, precision) = match rest.split_once('(') {
        Some((words, number)) => (words, Some(number.strip_suffix(')')?.parse::<i32>().ok()?)),
        None => (rest, None),
    };
    let words = words.strip_prefix(' ').unwrap_or(words);
    let fields = match (words, precision) {
        ("", None) => return Some(-1),
        ("", Some(_)) => 0x7fff,
        _ => INTERVAL_FIELDS.iter().find(|(_, name)| *name == words)?.0,
    };
    match precision {
        Some(p) => modifier_in(&Type::INTERVAL, &[fields, p]),
        None => modifier_in(&Type::INTERVAL, &[fields]),
    }
}

/// `name`, `schema.name`, with quotes where needed.
fn path(env: &dyn Environment, text: &str) -> Option<Type> {
    let names = path_names(text)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    look_up(env, &names)
}

fn path_names(text: &str) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    loop {
        let (name, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_name(quoted)?,
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                let plain = name.bytes().all(|b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b >= 0x80
                });
                if name.is_empty() || !plain || KEY_WORDS.contains(&name) {
                    return None;
                }
                (name.to_owned(), after)
            }
        };
        names.push(name);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() => break,
            None => return None,
        }
    }
    Some(names)
}

/// Words that SQL reads as another type than `pg_type` would.
const KEY_WORDS: &[&str] = &[
    "character",
    "char",
    "bit",
    "int",
    "float",
    "dec",
    "decimal",
    "nchar",
    "national",
];

/// The name up to the closing quote, and what follows.
fn quoted_name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(next) => {
                name.push('"');
                rest = next;
            }
            None => return Some((name, after)),
        }
    }
}
