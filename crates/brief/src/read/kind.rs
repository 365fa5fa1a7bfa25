//! What the words of a type mean.

use crate::model::{AttributeKind, Reference, ValueType};
use crate::names::{nearest, snake_case};
use crate::read::Reader;
use crate::read::draft::Draft;
use crate::read::fields::shortened;
use crate::read::modifier;
use crate::read::types::{CURRENCIES, FORMS, type_names, value_type};
use crate::text::Text;

/// What the type's words mean.
pub(crate) fn kind_of<'a>(
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
    head: Text<'a>,
) -> Option<AttributeKind> {
    if let Some(values) = head.after("one of") {
        return one_of(reader, draft, values);
    }
    if let Some(parts) = head.after("either") {
        return either(reader, draft, parts);
    }
    if let Some(rest) = head.after("many") {
        if rest.is_empty() {
            return unknown_type(reader, draft, head);
        }
        return match reader.symbols.reference(rest.as_str()) {
            Some(to) => Some(AttributeKind::Many {
                to,
                at_least_one: false,
            }),
            None => unknown_reference(reader, draft, rest),
        };
    }
    if let Some(found) = reader.symbols.reference(head.as_str()) {
        return Some(AttributeKind::Reference(found));
    }
    for article in ["a", "an", "the", "reference to", "references"] {
        if let Some(rest) = head.after(article)
            && let Some(found) = reader.symbols.reference(rest.as_str())
        {
            return Some(AttributeKind::Reference(found));
        }
    }
    let plain = head.plain().replace('_', " ");
    if plain == "lookup" {
        return Some(AttributeKind::Lookup);
    }
    if let Some(value) = value_type(&plain) {
        return Some(AttributeKind::Value(value));
    }
    if let Some(value) = with_parameter(reader, draft, head) {
        return Some(AttributeKind::Value(value));
    }
    if draft.broken {
        None
    } else {
        unknown_type(reader, draft, head)
    }
}

fn one_of<'a>(
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
    values: Text<'a>,
) -> Option<AttributeKind> {
    let mut found: Vec<String> = Vec::new();
    for value in values.split(&['|']) {
        let text = unquoted(value.as_str());
        if text.is_empty() {
            reader.report.error_hint(
                values.range(),
                "a value is missing between the bars",
                "write `one of low | medium | high`",
            );
            draft.broken = true;
        } else if found.contains(&text) {
            reader.report.error_hint(
                value.range(),
                format!("`{text}` is listed twice"),
                "remove one",
            );
        } else {
            found.push(text);
        }
    }
    if found.len() == 1 {
        reader.report.error_hint(
            values.range(),
            "one value is no choice",
            "put a bar between the values: `one of low | medium | high`",
        );
        draft.broken = true;
    }
    (!draft.broken).then_some(AttributeKind::OneOf(found))
}

/// A value without the quotes around it, with single spaces.
pub(crate) fn unquoted(text: &str) -> String {
    let text = text.trim();
    let inner = ['\'', '"'].iter().find_map(|quote| {
        text.strip_prefix(*quote)
            .and_then(|rest| rest.strip_suffix(*quote))
    });
    inner
        .unwrap_or(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn either<'a>(
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
    parts: Text<'a>,
) -> Option<AttributeKind> {
    let mut found: Vec<Reference> = Vec::new();
    for part in parts.split(&['|']) {
        match reader.symbols.reference(part.as_str()) {
            Some(reference) if found.contains(&reference) => reader.report.error_hint(
                part.range(),
                format!("`{}` is listed twice", part.as_str()),
                "remove one",
            ),
            Some(reference) => found.push(reference),
            None => {
                unknown_reference(reader, draft, part);
            }
        }
    }
    if found.len() == 1 && !draft.broken {
        reader.report.error_hint(
            parts.range(),
            "`either` needs at least two entities",
            "write `either organization | contact`",
        );
        draft.broken = true;
    }
    (!draft.broken).then_some(AttributeKind::Either(found))
}

/// Types with a parameter: `money in USD`, `quantity in kg`, `number of days`, `decimal(10,2)`.
fn with_parameter<'a>(
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
    head: Text<'a>,
) -> Option<ValueType> {
    let money = head.after("money").or_else(|| head.after("amount"));
    if let Some(rest) = money {
        if rest.plain() == "with currency" {
            return Some(ValueType::Money {
                currency: None,
                with_currency: true,
            });
        }
        if let Some(code) = rest.after("in") {
            let (code, more) = code.first_word();
            if !more.is_empty() {
                modifier::unknown(reader, draft, more);
                return None;
            }
            let upper = code.as_str().to_uppercase();
            if CURRENCIES.split_whitespace().any(|c| c == upper) {
                return Some(ValueType::Money {
                    currency: Some(upper),
                    with_currency: false,
                });
            }
            let hint = match nearest(&upper, CURRENCIES.split_whitespace()) {
                Some(near) => {
                    format!("did you mean `{near}`? It is an ISO 4217 code, such as EUR or USD")
                }
                None => "it is an ISO 4217 code, such as EUR or USD".to_owned(),
            };
            draft.broken = true;
            reader.report.error_hint(
                code.range(),
                format!("`{}` is not a currency", shortened(code.as_str())),
                hint,
            );
            return None;
        }
    }
    if let Some(unit) = head.after("quantity").and_then(|rest| rest.after("in")) {
        return Some(ValueType::Quantity {
            unit: Some(unit.plain()),
        });
    }
    for words in ["integer", "number", "whole number", "count"] {
        if let Some(rest) = head.after(words)
            && let Some(unit) = rest.after("of").or_else(|| rest.after("in"))
        {
            return Some(ValueType::Integer {
                unit: Some(unit.plain()),
            });
        }
    }
    for words in ["decimal", "numeric"] {
        if let Some(rest) = head.after(words) {
            return decimal(reader, draft, rest);
        }
    }
    if ["float", "double", "real", "double precision"].contains(&head.plain().as_str()) {
        draft.broken = true;
        reader.report.error_hint(
            head.range(),
            format!("`{}` says how it is stored, not what it is", head.as_str()),
            "write `quantity`, `money in USD`, `percentage` or `decimal(12,4)`",
        );
    }
    None
}

fn decimal<'a>(
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
    rest: Text<'a>,
) -> Option<ValueType> {
    let inner = rest
        .as_str()
        .strip_prefix('(')
        .and_then(|r| r.strip_suffix(')'))
        .unwrap_or("");
    let mut numbers = inner.split(',').map(|n| n.trim().parse::<u32>());
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(precision)), scale, None) => {
            let scale = scale.unwrap_or(Ok(0)).unwrap_or(u32::MAX);
            if (1..=1000).contains(&precision) && scale <= precision {
                return Some(ValueType::Decimal { precision, scale });
            }
        }
        _ if rest.is_empty() => {}
        _ => {}
    }
    draft.broken = true;
    let at = if rest.is_empty() {
        draft.type_text.map_or(rest.range(), |t| t.range())
    } else {
        rest.range()
    };
    reader.report.error_hint(
        at,
        "a decimal needs its digits in all and those after the point",
        "write `decimal(10,2)`: ten digits, two of them after the point",
    );
    None
}

fn unknown_reference<'a>(
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
    text: Text<'a>,
) -> Option<AttributeKind> {
    draft.broken = true;
    reader.unknown_entity(text);
    None
}

/// The type is none: the nearest name of a type, an entity or a role is suggested.
fn unknown_type<'a>(
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
    head: Text<'a>,
) -> Option<AttributeKind> {
    draft.broken = true;
    let from_name = head.range() == draft.name_range;
    if from_name {
        reader.report.error_hint(
            head.range(),
            format!("what is `{}`?", shortened(head.as_str())),
            "its name is neither a type nor an entity, so write what it is after the colon: `text`, \
             `date`, `one of a | b`, an entity's name …",
        );
        return None;
    }
    // `integer at lest 0`: a type, and then something that is no modifier.
    for word in head.words().iter().skip(1).rev() {
        let at = word.start_in(&head);
        let first = head.until(at).trim();
        if value_type(&first.plain()).is_some()
            || reader.symbols.reference(first.as_str()).is_some()
        {
            modifier::unknown(reader, draft, head.from(at));
            return None;
        }
    }
    let wrong = head.plain();
    let snake = snake_case(head.as_str());
    let entities = reader.symbols.all();
    let near_entity = nearest(&snake, entities.iter().copied());
    let near_type = nearest(&wrong, type_names());
    let nearer = match (near_entity, near_type) {
        (Some(entity), Some(name)) => {
            let to_entity = strsim::osa_distance(&snake, entity);
            Some(if to_entity <= strsim::osa_distance(&wrong, name) {
                entity
            } else {
                name
            })
        }
        (entity, name) => entity.or(name),
    };
    let hint = match nearer {
        Some(near) => format!("did you mean `{near}`?"),
        None if has_values(head.as_str()) => {
            format!("for fixed values write `one of {}`", head.as_str())
        }
        None => format!(
            "write a type ({}, …), a form such as `{}`, or the name of an entity",
            crate::names::listing(
                crate::read::types::TYPES
                    .iter()
                    .take(10)
                    .map(|t| t.names[0])
            ),
            FORMS[5].0,
        ),
    };
    reader.report.error_hint(
        head.range(),
        format!(
            "`{}` is neither a type nor an entity",
            shortened(head.as_str())
        ),
        hint,
    );
    None
}

fn has_values(text: &str) -> bool {
    text.contains('|')
}
