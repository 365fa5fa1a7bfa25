//! SQL expressions over the attributes of an entity, with every name and fixed value checked.

use pgwright_ddl::expr::{
    ColumnPosition, Expr, OtherKind, hint_for_unknown_name, parse_expression_with_columns,
};
use pgwright_ddl::quote;

use crate::model::{Entity, ValueType};
use crate::names::{listing, nearest};
use crate::read::Reader;
use crate::read::fields::shortened;
use crate::read::path::{self, Values};
use crate::read::prepared::{Prepared, floor, quoted_length, word_length};
use crate::text::Text;

/// What the names in an expression may be.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'e> {
    pub(crate) entities: &'e [Entity],
    pub(crate) entity: &'e Entity,
    /// References may be followed: `medicine.controlled`.
    pub(crate) paths: bool,
    /// Subqueries may stand, and `me`.
    pub(crate) visibility: bool,
}

impl<'e> Scope<'e> {
    /// The entity's own attributes.
    pub(crate) fn row(entities: &'e [Entity], entity: &'e Entity) -> Self {
        Scope {
            entities,
            entity,
            paths: false,
            visibility: false,
        }
    }

    /// Attributes of referenced rows too.
    pub(crate) fn followed(entities: &'e [Entity], entity: &'e Entity) -> Self {
        Scope {
            paths: true,
            ..Scope::row(entities, entity)
        }
    }
}

/// Reads a condition: an expression that is true or false.
pub(crate) fn condition<'a>(
    reader: &mut Reader<'a>,
    text: Text<'a>,
    scope: &Scope<'_>,
) -> Option<Expr> {
    let expression = read(reader, text, scope)?;
    if let Some(what) = not_a_condition(reader, &expression, scope) {
        reader.report.error_hint(
            text.range(),
            format!("`{}` is {what}, not a condition", shortened(text.as_str())),
            "a condition compares: `quantity > 0`, `closed_on is not null`",
        );
        return None;
    }
    Some(expression)
}

fn not_a_condition(
    reader: &Reader<'_>,
    expression: &Expr,
    scope: &Scope<'_>,
) -> Option<&'static str> {
    match expression {
        Expr::Integer(_) | Expr::Numeric(_) => Some("a number"),
        Expr::Text(_) => Some("a text"),
        Expr::Binary { operator, .. }
            if ["+", "-", "*", "/", "%", "||"].contains(&operator.as_str()) =>
        {
            Some("a value")
        }
        Expr::Column(path) => {
            if path.iter().any(|name| reader.incomplete.contains(name)) {
                return None;
            }
            let target = path::resolve(scope.entities, scope.entity, path).ok()?;
            match path::value_type(&target.column) {
                Some(ValueType::Boolean) => None,
                Some(_) => Some("a value"),
                None => (!Values::of(&target.column).list().is_empty()
                    || target.column.target.is_some())
                .then_some("a value"),
            }
        }
        _ => None,
    }
}

/// Reads an expression; what is wrong in it is reported.
pub(crate) fn read<'a>(reader: &mut Reader<'a>, text: Text<'a>, scope: &Scope<'_>) -> Option<Expr> {
    if text.is_empty() {
        reader.report.error_hint(
            text.range(),
            "an expression is missing here",
            "write SQL over attribute names, such as `quantity > 0`",
        );
        return None;
    }
    let before = reader.report.errors.len();
    let prepared = prepare(reader, text, scope);
    let parsed = match parse_expression_with_columns(&prepared.sql) {
        Ok(parsed) => parsed,
        Err(error) => {
            let at = text.offset(floor(text.as_str(), prepared.origin(error.offset)));
            let hint = error.hint.unwrap_or_else(|| {
                "a condition is SQL over attribute names; texts stand in 'single quotes'".to_owned()
            });
            let message = format!("this cannot be read: {}", error.message);
            reader.report.error_hint(at..at, message, hint);
            return None;
        }
    };
    for column in &parsed.columns {
        check_column(reader, text, &prepared, column, scope);
    }
    check_forms(reader, text, &parsed.expr, scope);
    let expression = parsed.expr.map_columns(&mut |path| {
        path::resolve(scope.entities, scope.entity, path)
            .ok()
            .map(|target| target.path)
    });
    check_values(reader, text, &expression, scope);
    (reader.report.errors.len() == before).then_some(expression)
}

fn check_column<'a>(
    reader: &mut Reader<'a>,
    text: Text<'a>,
    prepared: &Prepared,
    column: &ColumnPosition,
    scope: &Scope<'_>,
) {
    if scope.visibility && column.path == ["me"] {
        return;
    }
    let start = floor(text.as_str(), prepared.origin(column.position.offset));
    let end = floor(
        text.as_str(),
        prepared.origin(column.position.offset + column.length),
    )
    .max(start);
    let range = text.slice(start..end).range();
    match path::resolve(scope.entities, scope.entity, &column.path) {
        Ok(target) if target.path.len() > 1 && !scope.paths => reader.report.error_hint(
            range,
            format!("`{}` is in another row", column.path.join(".")),
            "only attributes of the row itself can be named here",
        ),
        Ok(_) => {}
        Err(lost) => {
            if column
                .path
                .iter()
                .any(|name| reader.incomplete.contains(name))
            {
                return;
            }
            // A name that is near to none may be a text without its quotes.
            let hint = match lost.certain {
                true => lost.hint,
                false => value_hint(column, scope)
                    .or_else(|| hint_for_unknown_name(column))
                    .or(lost.hint),
            };
            reader.report.push(range, lost.message, hint);
        }
    }
}

/// A name that is no attribute but a value of one: it lacks its quotes.
fn value_hint(column: &ColumnPosition, scope: &Scope<'_>) -> Option<String> {
    let [name] = column.path.as_slice() else {
        return None;
    };
    let columns = scope.entity.columns();
    columns
        .iter()
        .any(|c| {
            Values::of(c)
                .list()
                .iter()
                .any(|value| value.eq_ignore_ascii_case(name))
        })
        .then(|| format!("a value stands in quotes: '{name}'"))
}

const AGGREGATES: [&str; 8] = [
    "sum",
    "count",
    "avg",
    "min",
    "max",
    "array_agg",
    "string_agg",
    "bool_and",
];

/// Forms that a rule about one row cannot hold.
fn check_forms<'a>(reader: &mut Reader<'a>, text: Text<'a>, expression: &Expr, scope: &Scope<'_>) {
    let mut found = None;
    expression.visit(&mut |part| {
        if let Expr::Other { kind, .. } = part {
            found = found.or(Some(*kind));
        }
        if let Expr::Function { name, .. } = part
            && name
                .last()
                .is_some_and(|name| AGGREGATES.contains(&name.as_str()))
        {
            found = found.or(Some(OtherKind::Aggregate));
        }
    });
    let (message, hint) = match found {
        Some(OtherKind::Subquery) if !scope.visibility => (
            "a rule about one row cannot hold a subquery",
            "use a form for rules across rows: `no overlap of …`, `at most one per …`, `a.x = b.x`, \
             `exactly one … when …`, `total = sum of line.amount`",
        ),
        Some(OtherKind::Aggregate) => (
            "a rule about one row cannot add up others",
            "use `total = sum of line.amount` or `sum of refund.amount at most amount`",
        ),
        _ => return,
    };
    reader.report.error_hint(text.range(), message, hint);
}

/// Constants that are compared with fixed values must be among them.
pub(crate) fn check_values<'a>(
    reader: &mut Reader<'a>,
    text: Text<'a>,
    expression: &Expr,
    scope: &Scope<'_>,
) {
    let mut wrong: Vec<(String, String, Vec<String>)> = Vec::new();
    let mut check = |column: &Expr, value: &Expr| {
        let (Expr::Column(path), Expr::Text(value)) = (column, value) else {
            return;
        };
        let Ok(target) = path::resolve(scope.entities, scope.entity, path) else {
            return;
        };
        let values = Values::of(&target.column).list();
        if !values.is_empty() && !values.contains(&value.as_str()) {
            wrong.push((
                path.join("."),
                value.clone(),
                values.iter().map(|v| (*v).to_owned()).collect(),
            ));
        }
    };
    expression.visit(&mut |part| match part {
        Expr::Binary {
            operator,
            left,
            right,
        } if operator == "=" || operator == "<>" => {
            check(left, right);
            check(right, left);
        }
        Expr::IsDistinctFrom { left, right, .. } => {
            check(left, right);
            check(right, left);
        }
        Expr::In { operand, list, .. } => {
            for value in list {
                check(operand, value);
            }
        }
        _ => {}
    });
    for (path, value, values) in wrong {
        let hint = match nearest(&value, values.iter().map(String::as_str)) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!(
                "the values are {}",
                listing(values.iter().map(String::as_str))
            ),
        };
        let literal = quote::literal(&value);
        let range = match text.as_str().find(&literal) {
            Some(at) => text.slice(at..at + literal.len()).range(),
            None => text.range(),
        };
        reader.report.error_hint(
            range,
            format!("`{path}` is never '{}'", shortened(&value)),
            hint,
        );
    }
}

/// Words that keep their meaning in SQL even when an attribute is called so.
const STRUCTURE: &[&str] = &[
    "and",
    "or",
    "not",
    "is",
    "in",
    "null",
    "true",
    "false",
    "case",
    "when",
    "then",
    "else",
    "end",
    "like",
    "ilike",
    "similar",
    "between",
    "symmetric",
    "distinct",
    "from",
    "as",
    "any",
    "all",
    "some",
    "select",
    "where",
    "array",
    "cast",
    "collate",
    "at",
    "time",
    "zone",
    "exists",
    "join",
    "on",
    "current_date",
    "current_timestamp",
    "interval",
    "extract",
    "coalesce",
    "nullif",
    "isnull",
    "notnull",
];

/// Writes `stage is open` out as `stage in (…)`, and puts attributes that are called like a word of
/// SQL (`user`, `order`) in quotes.
pub(crate) fn prepare<'a>(reader: &mut Reader<'a>, text: Text<'a>, scope: &Scope<'_>) -> Prepared {
    let raw = text.as_str();
    let mut prepared = Prepared::default();
    let mut at = 0;
    let mut done = 0;
    while at < raw.len() {
        let rest = &raw[at..];
        let Some(c) = rest.chars().next() else { break };
        if c == '\'' || c == '"' {
            at += quoted_length(rest, c);
            continue;
        }
        if !(c.is_alphabetic() || c == '_') {
            at += c.len_utf8();
            // A number takes its letters along: `1e5`.
            if c.is_ascii_digit() {
                at += rest[1..]
                    .bytes()
                    .take_while(u8::is_ascii_alphanumeric)
                    .count();
            }
            continue;
        }
        let word: &str = &rest[..word_length(rest)];
        let path: Vec<String> = word.split('.').map(str::to_lowercase).collect();
        let target = path::resolve(scope.entities, scope.entity, &path).ok();
        if let Some(target) = target {
            if let Some((sql, length)) =
                written_out(reader, text, at, word, &Values::of(&target.column))
            {
                prepared.push(&raw[done..at], done, true);
                prepared.push(&sql, at, false);
                at += length;
                done = at;
                continue;
            }
            let first = &path[0];
            if quote::identifier(first) != *first && !STRUCTURE.contains(&first.as_str()) {
                prepared.push(&raw[done..at], done, true);
                prepared.push(&quote::identifier(first), at, false);
                done = at + first.len();
            }
        }
        at += word.len();
    }
    prepared.push(&raw[done..], done, true);
    prepared
}

/// `stage is [not] open` as SQL, and the bytes it takes.
fn written_out<'a>(
    reader: &mut Reader<'a>,
    text: Text<'a>,
    at: usize,
    word: &str,
    values: &Values<'_>,
) -> Option<(String, usize)> {
    let list = values.list();
    if list.is_empty() {
        return None;
    }
    let tail = text.from(at + word.len());
    let after = tail.after("is")?;
    let (negated, after) = match after.after("not") {
        Some(after) => (true, after),
        None => (false, after),
    };
    let begins = |phrase: &str| after.after(phrase).map(|rest| rest.start_in(&text));
    let mut best: Option<(usize, Vec<&str>)> = None;
    for (name, members) in values.groups() {
        if let Some(rest) = begins(name) {
            let end = end_of(&text, after, rest, name);
            if best.as_ref().is_none_or(|(length, _)| end > *length) {
                best = Some((end, members.iter().map(String::as_str).collect()));
            }
        }
    }
    for value in &list {
        let unquotable = ["null", "true", "false"].contains(value);
        if let Some(rest) = begins(value).filter(|_| !unquotable) {
            let end = end_of(&text, after, rest, value);
            if best.as_ref().is_none_or(|(length, _)| end > *length) {
                best = Some((end, vec![value]));
            }
        }
    }
    let Some((end, members)) = best else {
        let (first, _) = after.first_word();
        let sql = [
            "null", "true", "false", "unknown", "distinct", "document", "json", "of", "",
        ];
        let plain = first.plain();
        if !sql.contains(&plain.as_str()) && first.as_str().starts_with(char::is_alphabetic) {
            let names: Vec<&str> = values
                .groups()
                .iter()
                .map(|(g, _)| g.as_str())
                .chain(list.iter().copied())
                .collect();
            let hint = crate::names::suggestion(&plain, &names, "there are").unwrap_or_default();
            reader.report.error_hint(
                first.range(),
                format!("`{word}` has no value or group `{}`", first.as_str()),
                hint,
            );
            return Some(("true".to_owned(), first.end_in(&text) - at));
        }
        return None;
    };
    let quoted: Vec<String> = members
        .iter()
        .map(|member| quote::literal(member))
        .collect();
    let path: Vec<String> = word
        .split('.')
        .map(|part| quote::identifier(&part.to_lowercase()))
        .collect();
    let path = path.join(".");
    let sql = match (quoted.as_slice(), negated) {
        ([], _) => (if negated { "true" } else { "false" }).to_owned(),
        ([one], false) => format!("{path} = {one}"),
        ([one], true) => format!("{path} <> {one}"),
        (many, false) => format!("{path} in ({})", many.join(", ")),
        (many, true) => format!("{path} not in ({})", many.join(", ")),
    };
    Some((sql, end - at))
}

/// Where a phrase ends, without the whitespace after it.
fn end_of(text: &Text<'_>, after: Text<'_>, rest: usize, _phrase: &str) -> usize {
    let start = after.start_in(text);
    let taken = text.slice(start..rest).trim();
    taken.end_in(text)
}
