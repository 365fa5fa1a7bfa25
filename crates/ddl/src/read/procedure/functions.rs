//! Functions and operators of the system that text about schemas uses.

use std::cmp::Ordering;

use pg_query::protobuf::FuncCall;
use pgwright_catalog::{Name, QualifiedName, quote_identifier, quote_literal};

use super::evaluate::{Evaluation, Scope, object};
use super::value::{Class, Object, Stop, Value};
use crate::analyze::system;
use crate::read::names::strings;
use crate::read::state::State;

/// The longest text that an expression may build.
const LONGEST_TEXT: usize = 1 << 20;

/// The value of a call.
pub(super) fn call(
    evaluation: &Evaluation<'_>,
    call: &FuncCall,
    scope: &Scope,
) -> Result<Value, Stop> {
    let names = strings(&call.funcname);
    let name = names.last().copied().unwrap_or_default();
    let own = names.len() > 1 && names.first() != Some(&"pg_catalog");
    if own || !known(name) {
        return Err(Stop::unknown(format!("the value of {}()", names.join("."))));
    }
    let values = evaluation.values(&call.args, scope)?;
    let value = apply(evaluation, name, &values)?;
    if let Value::Text(text) = &value
        && text.len() > LONGEST_TEXT
    {
        return Err(Stop::unknown("a very long text"));
    }
    Ok(value)
}

/// Functions that are followed here.
const KNOWN: &[&str] = &[
    "array_append",
    "array_cat",
    "array_length",
    "array_to_string",
    "array_upper",
    "btrim",
    "cardinality",
    "chr",
    "concat",
    "concat_ws",
    "current_database",
    "current_schema",
    "current_setting",
    "format",
    "initcap",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "pg_get_serial_sequence",
    "quote_ident",
    "quote_literal",
    "quote_nullable",
    "repeat",
    "replace",
    "right",
    "rtrim",
    "split_part",
    "starts_with",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "to_regclass",
    "to_regnamespace",
    "to_regproc",
    "to_regprocedure",
    "to_regrole",
    "to_regtype",
    "upper",
    "char_length",
    "position",
    "regexp_replace",
    "array_position",
    "pg_table_is_visible",
    "trim",
    "md5",
];

fn known(name: &str) -> bool {
    KNOWN.contains(&name)
}

fn apply(evaluation: &Evaluation<'_>, name: &str, values: &[Value]) -> Result<Value, Stop> {
    let state = evaluation.state;
    let unknown = || Stop::unknown(format!("the value of {name}()"));
    // Those that give something for null.
    match name {
        "concat" => {
            let parts: String = values.iter().filter_map(Value::text).collect();
            return Ok(Value::Text(parts));
        }
        "concat_ws" => {
            let Some(separator) = values.first().and_then(Value::text) else {
                return Ok(Value::Null);
            };
            let parts: Vec<String> = values.iter().skip(1).filter_map(Value::text).collect();
            return Ok(Value::Text(parts.join(&separator)));
        }
        "format" => return format(values),
        "quote_nullable" => {
            let text = values.first().and_then(Value::text);
            let quoted = text.map_or_else(|| "NULL".to_owned(), |text| quote_literal(&text));
            return Ok(Value::Text(quoted));
        }
        "array_append" => {
            let [array, element] = values else {
                return Err(unknown());
            };
            let mut elements = elements(array).unwrap_or_default();
            elements.push(element.clone());
            return Ok(Value::Array(elements));
        }
        _ => {}
    }
    if values.contains(&Value::Null) {
        return Ok(Value::Null);
    }
    let text = |at: usize| values.get(at).and_then(Value::text).ok_or_else(unknown);
    let number = |at: usize| values.get(at).and_then(Value::number).ok_or_else(unknown);
    let array = |at: usize| values.get(at).and_then(elements).ok_or_else(unknown);
    let length = |text: &str| Value::Integer(i64::try_from(text.chars().count()).unwrap_or(0));
    let identifier = |class: Class| -> Result<Value, Stop> {
        let value = values.first().cloned().unwrap_or(Value::Null);
        evaluation.object(value, class, false)
    };
    Ok(match name {
        "lower" => Value::Text(text(0)?.to_lowercase()),
        "upper" => Value::Text(text(0)?.to_uppercase()),
        "initcap" => Value::Text(initcap(&text(0)?)),
        "length" | "char_length" => length(&text(0)?),
        "quote_ident" => Value::Text(quote_identifier(&text(0)?)),
        "quote_literal" => Value::Text(quote_literal(&text(0)?)),
        "replace" => {
            let (from, to) = (text(1)?, text(2)?);
            Value::Text(if from.is_empty() {
                text(0)?
            } else {
                text(0)?.replace(&from, &to)
            })
        }
        "btrim" | "trim" => trimmed(values, true, true).ok_or_else(unknown)?,
        "ltrim" => trimmed(values, true, false).ok_or_else(unknown)?,
        "rtrim" => trimmed(values, false, true).ok_or_else(unknown)?,
        "repeat" => {
            let (part, times) = (text(0)?, usize::try_from(number(1)?).unwrap_or(0));
            if part.len().saturating_mul(times) > LONGEST_TEXT {
                return Err(unknown());
            }
            Value::Text(part.repeat(times))
        }
        "left" => Value::Text(cut(&text(0)?, 1, Some(from_end(&text(0)?, number(1)?)))),
        "right" => {
            let (whole, count) = (text(0)?, number(1)?);
            let all = i64::try_from(whole.chars().count()).unwrap_or(0);
            let skip = if count >= 0 {
                (all - count).max(0)
            } else {
                count.saturating_neg()
            };
            Value::Text(cut(&whole, skip.saturating_add(1), None))
        }
        "substr" | "substring" => {
            let from = number(1)?;
            let length = if values.len() > 2 {
                Some(number(2)?)
            } else {
                None
            };
            Value::Text(cut(&text(0)?, from, length))
        }
        "lpad" => {
            let (whole, width) = (text(0)?, usize::try_from(number(1)?).unwrap_or(0).min(1000));
            let fill = if values.len() > 2 {
                text(2)?
            } else {
                " ".to_owned()
            };
            let missing = width.saturating_sub(whole.chars().count());
            let before: String = fill
                .chars()
                .cycle()
                .take(if fill.is_empty() { 0 } else { missing })
                .collect();
            Value::Text(format!("{before}{whole}").chars().take(width).collect())
        }
        "chr" => {
            let code = u32::try_from(number(0)?).ok().and_then(char::from_u32);
            Value::Text(code.filter(|c| *c != '\0').ok_or_else(unknown)?.to_string())
        }
        "split_part" => {
            let (whole, separator) = (text(0)?, text(1)?);
            let at = usize::try_from(number(2)?)
                .ok()
                .and_then(|at| at.checked_sub(1));
            if separator.is_empty() {
                return Err(unknown());
            }
            let part = at.and_then(|at| whole.split(separator.as_str()).nth(at).map(str::to_owned));
            Value::Text(part.unwrap_or_default())
        }
        "strpos" | "position" => {
            let (whole, part) = (text(0)?, text(1)?);
            let before = whole.find(&part).and_then(|at| whole.get(..at));
            Value::Integer(before.map_or(0, |before| {
                i64::try_from(before.chars().count()).unwrap_or(0) + 1
            }))
        }
        "starts_with" => Value::Boolean(text(0)?.starts_with(&text(1)?)),
        "string_to_array" => {
            let (whole, separator) = (text(0)?, text(1)?);
            let parts: Vec<Value> = if whole.is_empty() {
                Vec::new()
            } else if separator.is_empty() {
                vec![Value::Text(whole)]
            } else {
                whole
                    .split(separator.as_str())
                    .map(|part| Value::Text(part.to_owned()))
                    .collect()
            };
            Value::Array(parts)
        }
        "array_to_string" => {
            let separator = text(1)?;
            let parts: Vec<String> = array(0)?.iter().filter_map(Value::text).collect();
            Value::Text(parts.join(&separator))
        }
        "array_length" | "cardinality" | "array_upper" => {
            let count = array(0)?.len();
            if count == 0 && name != "cardinality" {
                Value::Null
            } else {
                Value::Integer(i64::try_from(count).unwrap_or(0))
            }
        }
        "array_cat" => Value::Array([array(0)?, array(1)?].concat()),
        "array_position" => {
            let wanted = values.get(1).cloned().unwrap_or(Value::Null);
            for (at, element) in array(0)?.iter().enumerate() {
                if element.compare(&wanted)? == Some(Ordering::Equal) {
                    return Ok(Value::Integer(i64::try_from(at).unwrap_or(0) + 1));
                }
            }
            Value::Null
        }
        "current_schema" => {
            let schema = state.visible_schemas().into_iter().next();
            Value::optional(schema.map(|name| name.to_string()))
        }
        "current_setting" => setting(state, &text(0)?).ok_or_else(unknown)?,
        "to_regclass" => identifier(Class::Relation)?,
        "to_regtype" => identifier(Class::Type)?,
        "to_regnamespace" => identifier(Class::Schema)?,
        "to_regproc" | "to_regprocedure" => identifier(Class::Routine)?,
        "to_regrole" => identifier(Class::Role)?,
        "pg_table_is_visible" => match values.first() {
            Some(Value::Object(object)) => Value::Boolean(object.visible),
            _ => return Err(unknown()),
        },
        "pg_get_serial_sequence" => serial_sequence(evaluation, values)?,
        _ => return Err(unknown()),
    })
}

fn elements(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(elements) => Some(elements.clone()),
        Value::Text(text) => super::value::array_of(text),
        _ => None,
    }
}

/// How many characters `left` takes: a negative number leaves so many out at the end.
fn from_end(text: &str, count: i64) -> i64 {
    if count >= 0 {
        return count;
    }
    let all = i64::try_from(text.chars().count()).unwrap_or(0);
    all.saturating_add(count).max(0)
}

/// Characters from a place counted from one on.
fn cut(text: &str, from: i64, length: Option<i64>) -> String {
    let end = length.map(|length| from.saturating_add(length));
    text.chars()
        .zip(1i64..)
        .filter(|(_, at)| *at >= from && end.is_none_or(|end| *at < end))
        .map(|(character, _)| character)
        .collect()
}

fn trimmed(values: &[Value], start: bool, end: bool) -> Option<Value> {
    let text = values.first()?.text()?;
    let characters: Vec<char> = match values.get(1) {
        Some(value) => value.text()?.chars().collect(),
        None => vec![' '],
    };
    let mut rest = text.as_str();
    if start {
        rest = rest.trim_start_matches(characters.as_slice());
    }
    if end {
        rest = rest.trim_end_matches(characters.as_slice());
    }
    Some(Value::Text(rest.to_owned()))
}

fn initcap(text: &str) -> String {
    let mut result = String::new();
    let mut inside = false;
    for character in text.chars() {
        if inside {
            result.extend(character.to_lowercase());
        } else {
            result.extend(character.to_uppercase());
        }
        inside = character.is_alphanumeric();
    }
    result
}

/// `format('%I.%s %L', …)`.
fn format(values: &[Value]) -> Result<Value, Stop> {
    let Some(pattern) = values.first().and_then(Value::text) else {
        return Ok(Value::Null);
    };
    let mut result = String::new();
    let mut characters = pattern.chars().peekable();
    let mut next = 1;
    while let Some(character) = characters.next() {
        if character != '%' {
            result.push(character);
            continue;
        }
        let mut digits = String::new();
        while let Some(digit) = characters.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        if characters.next_if_eq(&'$').is_some() {
            next = digits.parse().unwrap_or(0);
            digits.clear();
        }
        let kind = characters.next();
        if !digits.is_empty() {
            return Err(Stop::unknown("format() with a width"));
        }
        if kind == Some('%') {
            result.push('%');
            continue;
        }
        let value = values
            .get(next)
            .ok_or_else(|| Stop::unknown("format() with too few arguments"))?;
        next += 1;
        match (kind, value.text()) {
            (Some('s'), text) => result.push_str(&text.unwrap_or_default()),
            (Some('I'), Some(text)) => match value {
                // An object's name is quoted already, as text it is one name.
                Value::Object(_) | Value::Text(_) => result.push_str(&quote_identifier(&text)),
                _ => result.push_str(&quote_identifier(&text)),
            },
            (Some('L'), Some(text)) => result.push_str(&quote_literal(&text)),
            (Some('L'), None) => result.push_str("NULL"),
            _ => return Err(Stop::unknown("format()")),
        }
    }
    Ok(Value::Text(result))
}

fn setting(state: &State, name: &str) -> Option<Value> {
    let name = name.to_ascii_lowercase();
    Some(match name.as_str() {
        "server_version_num" => Value::Text((state.target * 10_000).to_string()),
        "server_version" => Value::Text(format!("{}.0", state.target)),
        "search_path" => {
            let path: Vec<String> = state.session.search_path.iter().map(Name::quoted).collect();
            Value::Text(path.join(", "))
        }
        _ => Value::Text(state.session.settings.get(&name)?.clone()),
    })
}

fn serial_sequence(evaluation: &Evaluation<'_>, values: &[Value]) -> Result<Value, Stop> {
    let table = values.first().cloned().unwrap_or(Value::Null);
    let column = values.get(1).and_then(Value::text).unwrap_or_default();
    let Value::Object(table) = evaluation.object(table, Class::Relation, true)? else {
        return Ok(Value::Null);
    };
    let table = QualifiedName::new(table.schema, table.name);
    let state = evaluation.state;
    let owned = state.catalog.sequences.iter().find(|(_, sequence)| {
        let owner = sequence.owned_by.as_ref();
        owner.is_some_and(|(owner, of)| *owner == table && of.as_str() == column)
    });
    let identity = state
        .identity_sequences
        .iter()
        .find(|(_, (owner, of))| *owner == table && of.as_str() == column);
    let name = owned
        .map(|(name, _)| name)
        .or(identity.map(|(name, _)| name));
    Ok(Value::optional(name.map(QualifiedName::quoted)))
}

/// The value of an operator of two operands.
pub(super) fn binary(operator: &str, left: &Value, right: &Value) -> Result<Value, Stop> {
    if operator == "||" {
        return match (left, right) {
            (Value::Array(a), Value::Array(b)) => Ok(Value::Array([a.clone(), b.clone()].concat())),
            (Value::Array(a), b) => {
                let mut elements = a.clone();
                elements.push(b.clone());
                Ok(Value::Array(elements))
            }
            (a, b) => match (a.text(), b.text()) {
                (Some(a), Some(b)) if a.len() + b.len() <= LONGEST_TEXT => Ok(Value::Text(a + &b)),
                (Some(_), Some(_)) => Err(Stop::unknown("a very long text")),
                _ => Ok(Value::Null),
            },
        };
    }
    if let Some(wanted) = comparison(operator) {
        let ordering = left.compare(right)?;
        return Ok(ordering.map_or(Value::Null, |ordering| Value::Boolean(wanted(ordering))));
    }
    if *left == Value::Null || *right == Value::Null {
        return Ok(Value::Null);
    }
    if let (Value::Integer(a), Value::Integer(b)) = (left, right) {
        let (a, b) = (*a, *b);
        let result = match operator {
            "+" => a.checked_add(b),
            "-" => a.checked_sub(b),
            "*" => a.checked_mul(b),
            "/" => a.checked_div(b),
            "%" => a.checked_rem(b),
            _ => None,
        };
        return result
            .map(Value::Integer)
            .ok_or_else(|| Stop::unknown(format!("the operator {operator}")));
    }
    let (Some(text), Some(pattern)) = (left.text(), right.text()) else {
        return Ok(Value::Null);
    };
    let (matching, negated, fold, like) = match operator {
        "~" => (true, false, false, false),
        "!~" => (true, true, false, false),
        "~*" => (true, false, true, false),
        "!~*" => (true, true, true, false),
        "~~" => (true, false, false, true),
        "!~~" => (true, true, false, true),
        "~~*" => (true, false, true, true),
        "!~~*" => (true, true, true, true),
        _ => (false, false, false, false),
    };
    if !matching {
        return Err(Stop::unknown(format!("the operator {operator}")));
    }
    let pattern = if like {
        like_pattern(&pattern)
    } else {
        pattern
    };
    let built = regex_lite::RegexBuilder::new(&pattern)
        .case_insensitive(fold)
        .dot_matches_new_line(true)
        .build();
    match built {
        Ok(regex) => Ok(Value::Boolean(regex.is_match(&text) != negated)),
        Err(_) => Err(Stop::unknown("a regular expression")),
    }
}

/// A pattern of LIKE as a regular expression.
fn like_pattern(pattern: &str) -> String {
    let mut result = "^".to_owned();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => result.push_str(".*"),
            '_' => result.push('.'),
            '\\' => {
                let next = characters.next().unwrap_or('\\').to_string();
                result.push_str(&regex_lite::escape(&next));
            }
            other => result.push_str(&regex_lite::escape(&other.to_string())),
        }
    }
    result.push('$');
    result
}

fn comparison(operator: &str) -> Option<fn(Ordering) -> bool> {
    Some(match operator {
        "=" => |o| o == Ordering::Equal,
        "<>" | "!=" => |o| o != Ordering::Equal,
        "<" => |o| o == Ordering::Less,
        "<=" => |o| o != Ordering::Greater,
        ">" => |o| o == Ordering::Greater,
        ">=" => |o| o != Ordering::Less,
        _ => return None,
    })
}

/// Whether the operator holds with any element; `negated` for NOT IN.
pub(super) fn any(
    left: &Value,
    operator: &str,
    list: &[Value],
    negated: bool,
) -> Result<Value, Stop> {
    let operator = if negated { "=" } else { operator };
    let mut null = false;
    for element in list {
        match binary(operator, left, element)?.truth()? {
            Some(true) => return Ok(Value::Boolean(!negated)),
            Some(false) => {}
            None => null = true,
        }
    }
    Ok(if null {
        Value::Null
    } else {
        Value::Boolean(negated)
    })
}

/// Whether the operator holds with all elements.
pub(super) fn all(left: &Value, operator: &str, list: &[Value]) -> Result<Value, Stop> {
    let mut null = false;
    for element in list {
        match binary(operator, left, element)?.truth()? {
            Some(true) => {}
            Some(false) => return Ok(Value::Boolean(false)),
            None => null = true,
        }
    }
    Ok(if null {
        Value::Null
    } else {
        Value::Boolean(true)
    })
}

/// An object by name, along the search path when no schema is given.
pub(super) fn find_object(
    state: &State,
    class: Class,
    schema: Option<&str>,
    name: &str,
) -> Result<Option<Object>, Stop> {
    let made = |schema: &str| match object(state, class, schema, name) {
        Value::Object(object) => Some(object),
        _ => None,
    };
    let schemas: Vec<String> = match schema {
        Some(schema) => vec![schema.to_owned()],
        None => state
            .visible_schemas()
            .iter()
            .map(ToString::to_string)
            .collect(),
    };
    let catalog = &state.catalog;
    let found = |schema: &str| {
        let name = QualifiedName::new(schema, name);
        match class {
            Class::Type => {
                catalog.types.contains_key(&name) || state.relation_kind(&name).is_some()
            }
            Class::Routine => super::routines(state, &name).next().is_some(),
            _ => false,
        }
    };
    Ok(match class {
        Class::Relation => state.find_relation(schema, name).and_then(|(found, _)| {
            match object(state, class, found.schema.as_str(), found.name.as_str()) {
                Value::Object(object) => Some(object),
                _ => None,
            }
        }),
        Class::Schema => state.schemas.contains(name).then(|| made("")).flatten(),
        Class::Role => catalog.roles.contains_key(name).then(|| made("")).flatten(),
        Class::Type | Class::Routine => {
            let own = schemas.iter().find(|schema| found(schema));
            let of_the_system = schema.is_none_or(|schema| schema == "pg_catalog")
                && match class {
                    Class::Type => {
                        let name = system_type_name(name);
                        system::catalog().type_by_name("pg_catalog", name).is_some()
                    }
                    _ => !system::catalog().functions(name).is_empty(),
                };
            match own {
                Some(schema) => made(schema),
                None if of_the_system => made("pg_catalog"),
                // An extension may have brought it.
                None if !catalog.extensions.is_empty() => {
                    return Err(Stop::unknown(format!("whether {name} is there")));
                }
                None => None,
            }
        }
        Class::Constraint => None,
    })
}

/// The name in pg_type of a type that SQL spells in its own way.
fn system_type_name(name: &str) -> &str {
    match name {
        "integer" | "int" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "boolean" => "bool",
        "real" => "float4",
        "double precision" => "float8",
        "character varying" => "varchar",
        "character" => "bpchar",
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        other => other,
    }
}
