//! What stands in the place of an erased value: NULL where it may, else something that says nothing
//! and still has the form that the column demands.

use pgwright_brief::model::{Attribute, AttributeKind, Entity, RuleForm, ValueType};
use pgwright_catalog::quote_literal;

use super::Marked;
use crate::companion;
use crate::draft::Draft;

/// The value as SQL over the row `t`.
pub fn substitute(draft: &Draft<'_>, marked: &Marked<'_>) -> String {
    let column = draft
        .catalog
        .tables
        .get(&marked.table)
        .and_then(|t| t.column(marked.column.as_str()));
    let not_null = column.is_some_and(|c| c.not_null);
    let entity = draft.brief.entity(marked.entity);
    if !not_null && !entity.is_some_and(|e| is_in_a_rule(e, &marked.attribute.name)) {
        // A value that only one kind of row has is required there and absent elsewhere.
        if marked.attribute.optional || marked.part.is_some() {
            return "NULL".to_owned();
        }
        let name = format!("t.{}", marked.column.quoted());
        return format!(
            "CASE WHEN {name} IS NOT NULL THEN {} END",
            value(draft, marked)
        );
    }
    if not_null {
        value(draft, marked)
    } else {
        let name = format!("t.{}", marked.column.quoted());
        format!(
            "CASE WHEN {name} IS NOT NULL THEN {} END",
            value(draft, marked)
        )
    }
}

/// A rule may ask that one of several values is there: then a value is replaced, not removed.
fn is_in_a_rule(entity: &Entity, attribute: &str) -> bool {
    let names = |expr: &pgwright_ddl::expr::Expr| {
        expr.columns()
            .iter()
            .any(|path| path.first().is_some_and(|name| name == attribute))
    };
    entity.rules.iter().any(|rule| match &rule.form {
        RuleForm::Check(expr) => names(expr),
        RuleForm::When {
            condition,
            requirement,
        } => names(condition) || names(requirement),
        _ => false,
    })
}

fn value(draft: &Draft<'_>, marked: &Marked<'_>) -> String {
    let attribute = marked.attribute;
    let unique = is_unique(draft, marked);
    let key = own_key(draft, marked);
    let text = |stem: &str| {
        if unique {
            format!("{} || {key}::text", quote_literal(stem))
        } else {
            quote_literal(stem)
        }
    };
    let AttributeKind::Value(meaning) = &attribute.kind else {
        return match &attribute.kind {
            AttributeKind::OneOf(values) => quote_literal(neutral(values)),
            AttributeKind::States(states) => quote_literal(&states.initial),
            // Lists and references stay: who is referred to is not erased with the row.
            _ => format!("t.{}", marked.column.quoted()),
        };
    };
    match meaning {
        ValueType::Name | ValueType::Text | ValueType::LongText | ValueType::Secret => {
            if unique {
                text("erased ")
            } else {
                text("erased")
            }
        }
        ValueType::Code => {
            if unique {
                text("erased-")
            } else {
                text("erased")
            }
        }
        ValueType::Email => {
            if unique {
                format!("'erased-' || {key}::text || '@erased.invalid'")
            } else {
                "'erased@erased.invalid'".to_owned()
            }
        }
        ValueType::Phone => {
            if unique {
                // A key in hexadecimal digits is no telephone number: only its digits are taken.
                format!("'+000' || left(translate({key}::text, 'abcdef-', '012345'), 36)")
            } else {
                "'+000'".to_owned()
            }
        }
        ValueType::Url => {
            if unique {
                format!("'https://erased.invalid/' || {key}::text")
            } else {
                "'https://erased.invalid/'".to_owned()
            }
        }
        ValueType::Address => match marked.part.as_deref() {
            Some("country") => "'ZZ'".to_owned(),
            _ => "'erased'".to_owned(),
        },
        ValueType::Money { .. } if marked.part.as_deref() == Some("currency") => "'XXX'".to_owned(),
        ValueType::Money { .. }
        | ValueType::Percentage
        | ValueType::Quantity { .. }
        | ValueType::Integer { .. }
        | ValueType::Decimal { .. } => number(attribute),
        ValueType::Currency => "'XXX'".to_owned(),
        ValueType::Country => "'ZZ'".to_owned(),
        ValueType::Language => "'und'".to_owned(),
        ValueType::TimeZone => "'UTC'".to_owned(),
        ValueType::Boolean => "false".to_owned(),
        ValueType::Date => date(attribute),
        ValueType::Instant => format!("({})::timestamptz", date(attribute)),
        ValueType::TimeOfDay => "'00:00:00'".to_owned(),
        ValueType::Weekday => "1".to_owned(),
        ValueType::Duration => "'00:00:00'".to_owned(),
        ValueType::DatePeriod { .. } => "'[1900-01-01,1900-01-02)'".to_owned(),
        ValueType::TimePeriod { .. } => {
            "'[1900-01-01 00:00:00+00,1900-01-02 00:00:00+00)'".to_owned()
        }
        ValueType::TimeOfDayPeriod => format!("t.{}", marked.column.quoted()),
        ValueType::Json | ValueType::Tags => "'{}'".to_owned(),
        ValueType::Uuid => "gen_random_uuid()".to_owned(),
        ValueType::IpAddress => "'0.0.0.0'".to_owned(),
        ValueType::Coordinates => "0".to_owned(),
        ValueType::Binary => "'\\x'".to_owned(),
    }
}

/// A value of a list that says as little as possible.
fn neutral(values: &[String]) -> &str {
    values
        .iter()
        .find(|v| matches!(v.as_str(), "unknown" | "other" | "not said" | "none"))
        .or(values.first())
        .map_or("", String::as_str)
}

/// The least value that is allowed, or nought.
fn number(attribute: &Attribute) -> String {
    match (&attribute.minimum, &attribute.maximum) {
        (Some(bound), _) if bound.inclusive => bound.value.clone(),
        (Some(bound), _) => format!("{} + 1", bound.value),
        (None, Some(bound)) if bound.value.starts_with('-') => bound.value.clone(),
        _ => "0".to_owned(),
    }
}

fn date(attribute: &Attribute) -> String {
    match &attribute.minimum {
        Some(bound) => format!("date {} + 1", quote_literal(&bound.value)),
        None => "date '1900-01-01'".to_owned(),
    }
}

fn is_unique(draft: &Draft<'_>, marked: &Marked<'_>) -> bool {
    let by_itself = marked.attribute.unique.is_some();
    let together = draft.brief.entity(marked.entity).is_some_and(|e| {
        e.unique
            .iter()
            .any(|u| u.attributes.contains(&marked.attribute.name))
    });
    by_itself || together
}

/// The row's own key over `t`: in a role's table the columns have other names.
fn own_key(draft: &Draft<'_>, marked: &Marked<'_>) -> String {
    let plan = draft.plan(marked.entity);
    let (own, _) = companion::own_key(plan);
    let role = plan.role_tables.values().find(|r| r.table == marked.table);
    let column = match role {
        Some(role) => {
            let position = plan.key.iter().position(|(n, _)| n == own).unwrap_or(0);
            role.key.get(position).map_or(own, |(n, _)| n)
        }
        None => own,
    };
    format!("t.{}", column.quoted())
}
