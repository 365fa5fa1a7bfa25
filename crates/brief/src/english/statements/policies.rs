//! What cuts across entities: nothing is really deleted, who changed what, personal data, who sees what.

use super::{Context, Words};
use crate::english::draft::{Kind, Line};

/// Whether the sentence states a policy and describes nothing.
pub(super) fn is_policy(words: &Words) -> bool {
    deletes_nothing(words)
        || tells_history(words)
        || personal(words)
        || sees_own(words)
        || traced(words)
        || tenants(words)
}

fn deletes_nothing(words: &Words) -> bool {
    let deleted = words.any(&["deleted", "delete", "removed"])
        && words.any(&["nothing", "never", "not", "soft"])
        && !words.any(&["unique"]);
    deleted && !words.any(&["if", "when"]) || words.has("restored")
}

fn tells_history(words: &Words) -> bool {
    words.phrase(&["who", "changed"]).is_some()
        || words.any(&["audited"])
        || words.phrase(&["history", "of", "changes"]).is_some()
}

fn personal(words: &Words) -> bool {
    (words.phrase(&["personal", "data"]).is_some()
        || words.any(&["erasable", "gdpr"])
        || words.phrase(&["sensitive", "health"]).is_some())
        && !words.any(&["including", "includes"])
}

fn sees_own(words: &Words) -> bool {
    words.any(&["see", "view", "access"]) && words.has("own") && words.has("only")
}

fn traced(words: &Words) -> bool {
    words.any(&["traceable", "traced"]) && words.any(&["read", "reads", "access"])
}

fn tenants(words: &Words) -> bool {
    words.any(&["tenant", "tenants"])
        && (words.phrase(&["another", "\'s", "data"]).is_some() || words.has("isolated"))
}

pub(super) fn apply(context: &mut Context<'_>, words: &Words) -> bool {
    let mut any = false;
    if deletes_nothing(words) {
        any |= entities(context, words, |draft| &mut draft.restorable);
    }
    if tells_history(words) {
        any |= history(context, words);
    }
    if personal(words) {
        any |= personal_data(context, words);
    }
    if traced(words) {
        any |= traced_reads(context, words);
    }
    if sees_own(words) {
        any |= visibility(context, words);
    }
    if tenants(words) && context.draft.entity("tenant").is_some() {
        let shared = unrelated(context, "tenant");
        let text = if shared.is_empty() {
            "tenant".to_owned()
        } else {
            format!("{{tenant: tenant, shared: [{}]}}", shared.join(", "))
        };
        context.draft.tenancy = Some(context.line(text, 70));
        any = true;
    }
    if is_policy(words) && !any {
        let line = context.line(context.shown.to_owned(), 40);
        context.draft.notes.push(line);
    }
    any
}

/// Entities that have no way to the tenant.
fn unrelated(context: &Context<'_>, tenant: &str) -> Vec<String> {
    let mut related: Vec<String> = vec![tenant.to_owned()];
    loop {
        let more: Vec<String> = context
            .draft
            .entities
            .iter()
            .filter(|e| !related.contains(&e.name) && related.iter().any(|r| e.refers_to(r)))
            .map(|e| e.name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        related.extend(more);
    }
    context
        .draft
        .entities
        .iter()
        .filter(|e| !related.contains(&e.name))
        .map(|e| e.name.clone())
        .collect()
}

fn entities(
    context: &mut Context<'_>,
    words: &Words,
    list: fn(&mut crate::english::draft::Draft) -> &mut Vec<Line>,
) -> bool {
    let named = context.named(words);
    let mut any = false;
    for found in named.iter().filter(|n| !n.role) {
        let line = context.line(found.name.clone(), 75);
        let lines = list(context.draft);
        if !lines.iter().any(|l| l.text == line.text) {
            lines.push(line);
        }
        any = true;
    }
    any
}

/// `who changed an opportunity's stage or value`
fn history(context: &mut Context<'_>, words: &Words) -> bool {
    let Some(entity) = context.named(words).into_iter().next() else {
        return false;
    };
    let mut any = false;
    let mut current: Vec<String> = Vec::new();
    let after = entity.from + entity.length;
    for word in words.0[after..].iter().chain([&",".to_owned()]) {
        match word.as_str() {
            "\'s" | "the" | "a" | "its" => {}
            "," | "or" | "and" => {
                if let Some(attribute) = context.attribute(&entity.name, &current) {
                    let line = context.line(format!("{}.{attribute}", entity.name), 75);
                    if !context.draft.history.iter().any(|l| l.text == line.text) {
                        context.draft.history.push(line);
                    }
                    any = true;
                }
                current.clear();
            }
            word => current.push(word.to_owned()),
        }
    }
    any
}

/// `Names and emails of contacts are personal data`
fn personal_data(context: &mut Context<'_>, words: &Words) -> bool {
    let named = context.named(words);
    let Some(found) = named.first().cloned() else {
        return false;
    };
    let told: Vec<String> = words.0[..found.from].to_vec();
    let modifier = "personal";
    let Some(entity) = context.draft.entity_mut(&found.name) else {
        return false;
    };
    let mut any = false;
    for attribute in &mut entity.attributes {
        if matches!(
            attribute.kind,
            Kind::Reference(_) | Kind::Many(_) | Kind::Either(_)
        ) {
            continue;
        }
        let said = told
            .iter()
            .map(|w| super::lexicon::singular(w))
            .any(|w| w.len() > 2 && attribute.name.split('_').any(|part| part == w));
        let plainly = told.iter().filter(|w| w.len() > 3).count() == 0
            && matches!(&attribute.kind, Kind::Value(t) if matches!(t.as_str(), "name" | "email" | "phone" | "address"))
            || told.is_empty()
                && (attribute.name.contains("birth") || attribute.name.contains("number"));
        if (said || plainly)
            && !attribute.modifiers.iter().any(|m| m == modifier)
            && !attribute.name.contains("title")
        {
            attribute.modifiers.push(modifier.to_owned());
            any = true;
        }
    }
    if any
        && words.any(&[
            "erasable",
            "erased",
            "erase",
            "deleted",
            "anonymized",
            "request",
        ])
    {
        let line = context.line(found.name.clone(), 75);
        context.draft.erasable.push(line);
    }
    any
}

fn traced_reads(context: &mut Context<'_>, words: &Words) -> bool {
    let Some(at) = words
        .0
        .iter()
        .position(|w| matches!(w.as_str(), "read" | "reads" | "access"))
    else {
        return false;
    };
    let named = context.named(words);
    let Some(found) = named.iter().find(|n| n.from > at) else {
        return false;
    };
    let line = context.line(found.name.clone(), 75);
    context.draft.traced.push(line);
    true
}

/// `A principal must see only its own opportunities and products.`
fn visibility(context: &mut Context<'_>, words: &Words) -> bool {
    let named = context.named(words);
    let Some(who) = named.first().cloned() else {
        return false;
    };
    let own = words.position("own").unwrap_or(0);
    let seen: Vec<String> = named
        .iter()
        .filter(|n| n.from > own)
        .filter(|n| {
            context
                .draft
                .entity(&n.name)
                .is_some_and(|e| e.attribute(&who.name).is_some() || e.refers_to(&who.name))
        })
        .map(|n| n.name.clone())
        .collect();
    if seen.is_empty() || who.from > own {
        return false;
    }
    let line = context.line(
        format!("{0} sees {1} where {0} = me", who.name, seen.join(", ")),
        75,
    );
    context.draft.visibility.push(line);
    true
}
