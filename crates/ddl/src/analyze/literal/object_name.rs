//! Names of objects as literals: `regclass` and its like. All are printed for an empty search path.

use std::sync::Arc;

use pgwright_catalog::quote_identifier;

use crate::analyze::environment::Environment;
use crate::analyze::system::catalog;
use crate::analyze::tree::Function;
use crate::analyze::types::{format_type, parse_type};

/// The parts of a name, unquoted ones in lower case.
fn parts(text: &str) -> Option<Vec<String>> {
    let mut result = Vec::new();
    let mut rest = text.trim();
    loop {
        let after = if let Some(quoted) = rest.strip_prefix('"') {
            let mut name = String::new();
            let mut inside = quoted;
            let after = loop {
                let (part, after) = inside.split_once('"')?;
                name.push_str(part);
                match after.strip_prefix('"') {
                    Some(next) => {
                        name.push('"');
                        inside = next;
                    }
                    None => break after,
                }
            };
            result.push(name);
            after
        } else {
            let end = rest
                .find(|c: char| c == '.' || c.is_ascii_whitespace())
                .unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() || name.contains('"') {
                return None;
            }
            result.push(name.to_lowercase());
            after
        };
        match after.trim_start() {
            "" => return Some(result),
            after => rest = after.strip_prefix('.')?.trim_start(),
        }
    }
}

fn qualified(schema: &str, name: &str) -> Arc<str> {
    if schema == "pg_catalog" {
        quote_identifier(name).into()
    } else {
        format!("{}.{}", quote_identifier(schema), quote_identifier(name)).into()
    }
}

/// `regclass`.
pub(super) fn relation(env: &dyn Environment, text: &str) -> Option<Arc<str>> {
    let parts = parts(text)?;
    let (schema, name) = match parts.as_slice() {
        [name] => (None, name.as_str()),
        [schema, name] | [_, schema, name] => (Some(schema.as_str()), name.as_str()),
        _ => return None,
    };
    if name.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if schema.is_none_or(|s| s == "pg_catalog") && catalog().relation("pg_catalog", name).is_some()
    {
        return Some(qualified("pg_catalog", name));
    }
    if let Some(found) = env.relation(schema, name) {
        return Some(qualified(&found.schema, &found.name));
    }
    // An index, or a view whose columns are not known yet: with its schema it is printed the same.
    schema.map(|schema| qualified(schema, name))
}

/// `regtype`.
pub(super) fn type_name(env: &dyn Environment, text: &str) -> Option<Arc<str>> {
    let (found, _) = parse_type(env, text).ok()?;
    Some(format_type(&found, None).into())
}

/// `regproc`: a name that only one function has.
pub(super) fn function(env: &dyn Environment, text: &str) -> Option<Arc<str>> {
    let parts = parts(text)?;
    let (schema, name) = match parts.as_slice() {
        [name] => (None, name.as_str()),
        [schema, name] | [_, schema, name] => (Some(schema.as_str()), name.as_str()),
        _ => return None,
    };
    let mut found: Vec<Arc<Function>> = catalog()
        .functions(name)
        .iter()
        .filter(|f| schema.is_none_or(|s| *f.schema == *s))
        .cloned()
        .collect();
    found.extend(env.functions(schema, name));
    match found.as_slice() {
        [single] => Some(qualified(&single.schema, &single.name)),
        _ => None,
    }
}

/// `regconfig` (`t`) and `regdictionary` (`d`).
pub(super) fn text_search(text: &str, kind: &str) -> Option<Arc<str>> {
    let parts = parts(text)?;
    match parts.as_slice() {
        [name] if catalog().has_name(kind, name) => Some(quote_identifier(name).into()),
        [schema, name] => Some(qualified(schema, name)),
        _ => None,
    }
}

/// `regnamespace`, `regrole`.
pub(super) fn single(text: &str) -> Option<Arc<str>> {
    match parts(text)?.as_slice() {
        [name] if !name.bytes().all(|b| b.is_ascii_digit()) => Some(quote_identifier(name).into()),
        _ => None,
    }
}
