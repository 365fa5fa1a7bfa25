//! Policies: what cuts across entities.

use crate::keys::{POLICIES, TENANCY, VISIBILITY};
use crate::model::{Entity, Policies, Reference, Tenancy, Visibility};
use crate::names::snake_case;
use crate::read::Reader;
use crate::read::expression::{self, Scope};
use crate::read::fields::{Fields, names_of, text_of};
use crate::read::path;
use crate::text::Text;
use crate::yaml::{Node, Value};

/// Reads the policies.
pub(crate) fn read<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    entities: &[Entity],
) -> Policies {
    let mut policies = Policies::default();
    let Some((node, range)) = fields.get("policies") else {
        return policies;
    };
    let Some(fields) = Fields::read(&mut reader.report, node, &range, &POLICIES) else {
        return policies;
    };
    policies.restorable = entity_list(reader, &fields, "restorable", |entity| {
        entities
            .iter()
            .any(|e| e.name == entity && e.append_only)
            .then_some((
                "is append-only, so its rows are never deleted",
                "remove it from `restorable`, or remove `append_only`",
            ))
    });
    let unread = !reader.incomplete.is_empty();
    policies.erasable = entity_list(reader, &fields, "erasable", |entity| {
        let found = entities.iter().find(|e| e.name == entity)?;
        let personal = found
            .all_attributes()
            .any(|(attribute, _)| attribute.personal);
        (!personal && !unread).then_some((
            "is erasable, and none of its attributes is personal",
            "add the modifier `personal` to what must be erased",
        ))
    });
    policies.traced_reads = entity_list(reader, &fields, "traced_reads", |_| None);
    for text in fields.names(&mut reader.report, "history") {
        policies.history.extend(history(reader, text, entities));
    }
    policies.tenancy = tenancy(reader, &fields);
    if let Some((node, _)) = fields.get("visibility") {
        let items: Vec<&'a Node> = match &node.value {
            Value::List(items) => items.iter().collect(),
            _ => vec![node],
        };
        for item in items {
            policies
                .visibility
                .extend(visibility(reader, item, entities));
        }
    }
    policies
}

/// Entities by name; `problem` says why one of them makes no sense here, and what to do.
fn entity_list<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    key: &str,
    problem: impl Fn(&str) -> Option<(&'static str, &'static str)>,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in fields.names(&mut reader.report, key) {
        let Some(name) = entity_once(reader, text, &found) else {
            continue;
        };
        if let Some((what, hint)) = problem(&name) {
            reader
                .report
                .error_hint(text.range(), format!("`{name}` {what}"), hint);
        }
        found.push(name);
    }
    found
}

fn entity_once(reader: &mut Reader<'_>, text: Text<'_>, found: &[String]) -> Option<String> {
    match reader.symbols.reference(text.as_str()) {
        Some(Reference {
            role: Some(role),
            entity,
            ..
        }) => {
            reader.report.error_hint(
                text.range(),
                format!("`{role}` is a role of `{entity}`, and an entity is named here"),
                format!("write `{entity}`"),
            );
            None
        }
        Some(reference) if found.contains(&reference.entity) => {
            reader.report.error_hint(
                text.range(),
                format!("`{}` is named twice", reference.entity),
                "remove one",
            );
            None
        }
        Some(reference) => Some(reference.entity),
        None => {
            reader.unknown_entity(text);
            None
        }
    }
}

/// `opportunity.stage`, or `opportunity` for all of it.
fn history(
    reader: &mut Reader<'_>,
    text: Text<'_>,
    entities: &[Entity],
) -> Option<(String, String)> {
    let (name, attribute) = match text.as_str().split_once('.') {
        Some((name, rest)) => (
            text.until(name.len()).trim(),
            Some(text.from(text.as_str().len() - rest.len()).trim()),
        ),
        None => (text, None),
    };
    let entity_name = entity_once(reader, name, &[])?;
    let entity = entities.iter().find(|entity| entity.name == entity_name)?;
    let attribute = match attribute {
        None => "*".to_owned(),
        Some(text) if text.as_str() == "*" => "*".to_owned(),
        Some(text) => path::attribute(reader, entity, text)?,
    };
    Some((entity_name, attribute))
}

fn tenancy<'a>(reader: &mut Reader<'a>, fields: &Fields<'a>) -> Option<Tenancy> {
    let (node, range) = fields.get("tenancy")?;
    let (tenant, shared) = match &node.value {
        Value::Scalar(scalar) => (Text::of(scalar), Vec::new()),
        _ => {
            let fields = Fields::read(&mut reader.report, node, &range, &TENANCY)?;
            let shared = entity_list(reader, &fields, "shared", |_| None);
            (fields.text(&mut reader.report, "tenant")?, shared)
        }
    };
    let tenant_name = entity_once(reader, tenant, &[])?;
    if shared.contains(&tenant_name) {
        reader.report.error_hint(
            tenant.range(),
            format!("`{tenant_name}` is the tenant and shared as well"),
            "remove it from `shared`",
        );
    }
    Some(Tenancy {
        tenant: tenant_name,
        shared,
        span: reader.report.span(&node.range),
    })
}

/// `principal sees opportunity, product where principal = me`.
fn visibility<'a>(
    reader: &mut Reader<'a>,
    node: &'a Node,
    entities: &[Entity],
) -> Option<Visibility> {
    let span = reader.report.span(&node.range);
    let (mut who, mut me, mut seen, mut condition, mut says) = (None, None, Vec::new(), None, None);
    let sentence;
    match &node.value {
        Value::Map(_) => {
            let point = super::point(&node.range);
            let fields = Fields::read(&mut reader.report, node, &point, &VISIBILITY)?;
            says = fields.words(&mut reader.report, "says");
            who = fields.text(&mut reader.report, "who");
            me = fields.text(&mut reader.report, "me");
            condition = fields.text(&mut reader.report, "where");
            if let Some((node, _)) = fields.get("sees") {
                seen = names_of(&mut reader.report, node, "sees");
            }
            sentence = fields.text(&mut reader.report, "rule");
        }
        _ => sentence = Some(text_of(&mut reader.report, node, "visibility")?),
    }
    if let Some(text) = sentence {
        let parts = text
            .around_any(&["sees", "see"])
            .and_then(|(subject, rest)| {
                let (list, condition) = rest.around("where")?;
                Some((subject, list, condition))
            });
        let Some((subject, list, rule)) = parts else {
            reader.report.error_hint(
                text.range(),
                "this does not say who sees what",
                "write `principal sees opportunity, product where principal = me`",
            );
            return None;
        };
        who = who.or(Some(subject));
        seen = path::listed(list);
        condition = condition.or(Some(rule));
    }
    let missing = |reader: &mut Reader<'a>, what: &str| {
        reader.report.error_hint(
            super::point(&node.range),
            format!("the visibility rule does not say {what}"),
            "write `rule: principal sees product where principal = me`",
        );
    };
    let Some(who) = who else {
        missing(reader, "who sees");
        return None;
    };
    let Some(condition) = condition else {
        missing(reader, "which rows: `where`");
        return None;
    };
    let who = who.after("a").or_else(|| who.after("only")).unwrap_or(who);
    let me = match me {
        Some(text) => reader.symbols.reference(text.as_str()).or_else(|| {
            reader.unknown_entity(text);
            None
        })?,
        None => match reader.symbols.reference(who.as_str()) {
            Some(reference) => reference,
            None => {
                reader.report.error_hint(
                    who.range(),
                    format!(
                        "`{}` is no entity or role, so `me` stands for nothing",
                        who.as_str()
                    ),
                    "add `me:` with the entity or role whose row the condition compares with",
                );
                return None;
            }
        },
    };
    let mut sees = Vec::new();
    let mut written = None;
    for text in seen {
        let Some(name) = entity_once(reader, text, &sees) else {
            continue;
        };
        let Some(entity) = entities.iter().find(|entity| entity.name == name) else {
            continue;
        };
        let scope = Scope {
            entities,
            entity,
            paths: false,
            visibility: true,
        };
        let before = reader.report.errors.len();
        let parsed = expression::condition(reader, condition, &scope);
        if parsed.is_some() && written.is_none() {
            written = Some(expression::prepare(reader, condition, &scope).sql);
        }
        // The same condition is read for each entity: say which one it does not fit.
        for error in reader.report.errors.iter_mut().skip(before) {
            if !error.message.contains(&format!("`{name}`")) {
                error.message = format!("for `{name}`: {}", error.message);
            }
        }
        sees.push(name);
    }
    if sees.is_empty() {
        missing(reader, "what is seen");
        return None;
    }
    let condition_text = condition
        .as_str()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    Some(Visibility {
        says: says.unwrap_or_else(|| {
            format!(
                "{} sees {} where {condition_text}",
                who.as_str(),
                sees.join(", ")
            )
        }),
        who: snake_case(who.as_str()),
        me,
        sees,
        condition: written.unwrap_or(condition_text),
        span,
    })
}
