//! What must hold: no overlaps, at most one, the same on both ways, states that only move forward.

use super::{Context, Words};
use crate::english::draft::{Attribute, Kind, Rule};

/// Whether the sentence states a rule and describes nothing.
pub(super) fn is_rule(words: &Words) -> bool {
    overlap(words)
        || one_may_be(words)
        || same_parent(words)
        || moves(words)
        || can_be_done(words).is_some()
        || never_below(words)
}

fn overlap(words: &Words) -> bool {
    words.any(&["overlap", "overlapping"])
        || words.phrase(&["at", "the", "same", "time"]).is_some() && words.any(&["two", "cannot"])
}

/// `One contact per organization may be the primary contact.`
fn one_may_be(words: &Words) -> bool {
    words.get(0) == "one" && words.get(2) == "per" && words.any(&["may", "can"]) && words.has("be")
}

/// `All products of an opportunity belong to the opportunity's principal.`
fn same_parent(words: &Words) -> bool {
    words.get(0) == "all" && words.any(&["belong", "belongs"]) && words.has("\'s")
}

/// `Stages only move along the pipeline.`
fn moves(words: &Words) -> bool {
    words.any(&["move", "moves", "progress", "advance"])
        && words.any(&["along", "forward", "order", "sequence"])
        && !words.has("has")
}

/// `Products can be discontinued.`
fn can_be_done(words: &Words) -> Option<(usize, &'static str)> {
    let at = words
        .phrase(&["can", "be"])
        .or_else(|| words.phrase(&["may", "be"]))?;
    let done = match words.get(at + 2) {
        "discontinued" => "discontinued_on",
        "archived" => "archived_at",
        "deactivated" => "deactivated_at",
        "suspended" => "suspended_at",
        "blocked" => "blocked_at",
        _ => return None,
    };
    (at <= 3 && words.0.len() == at + 3).then_some((at, done))
}

fn never_below(words: &Words) -> bool {
    words.any(&["never", "not"])
        && words.any(&["below", "negative"])
        && words.any(&["go", "fall", "be", "become"])
        && !words.any(&["has", "have"])
}

pub(super) fn apply(context: &mut Context<'_>, words: &Words) -> bool {
    let mut any = false;
    if overlap(words) {
        any |= no_overlap(context, words);
    }
    if one_may_be(words) {
        any |= primary(context, words);
    }
    if same_parent(words) {
        any |= same(context, words);
    }
    if moves(words) {
        any |= flow(context, words);
    }
    if let Some((_, name)) = can_be_done(words) {
        any |= done(context, words, name);
    }
    if words.phrase(&["kept", "as", "it", "was"]).is_some() {
        any |= copied(context, words);
    }
    if words.any(&["never", "cannot", "not"])
        && words.any(&["edited", "overwritten", "changed", "modified"])
        && !words.any(&["once", "except"])
    {
        any |= append_only(context, words);
    }
    if is_rule(words) && !any {
        let line = context.line(context.shown.to_owned(), 40);
        context.draft.notes.push(line);
    }
    any
}

/// The start and end of an entity's time: attributes of a type, in their order.
fn period(context: &Context<'_>, entity: &str) -> Option<String> {
    let entity = context.draft.entity(entity)?;
    if let Some(period) = entity
        .attributes
        .iter()
        .find(|a| matches!(&a.kind, Kind::Value(t) if t.starts_with("period")))
    {
        return Some(period.name.clone());
    }
    let find = |words: &[&str]| {
        entity
            .attributes
            .iter()
            .find(|a| {
                words.iter().any(|w| a.name.split('_').any(|p| p == *w))
                    && matches!(&a.kind, Kind::Value(t) if t == "date" || t == "instant")
            })
            .map(|a| a.name.clone())
    };
    let (start, end) = (
        find(&["start", "from", "begin", "check_in", "starts"])?,
        find(&["end", "to", "until", "ends"])?,
    );
    Some(format!("{start} to {end}"))
}

/// `Two authorizations for the same pair must not overlap`, `A practitioner cannot have two appointments at the same
/// time, and neither can a room`
fn no_overlap(context: &mut Context<'_>, words: &Words) -> bool {
    let named = context.named(words);
    let Some(subject) = named.iter().find(|n| n.plural).or(named.first()).cloned() else {
        return false;
    };
    let Some(period) = period(context, &subject.name) else {
        return false;
    };
    let mut groups: Vec<Vec<String>> = Vec::new();
    if words.any(&["pair", "combination"]) {
        let references = context
            .draft
            .entity(&subject.name)
            .map(|e| {
                e.attributes
                    .iter()
                    .filter(|a| matches!(a.kind, Kind::Reference(_)))
                    .map(|a| a.name.clone())
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default();
        groups.push(references);
    } else {
        for other in named.iter().filter(|n| n.name != subject.name) {
            if let Some(reference) = context.reference(&subject.name, &other.name) {
                groups.push(vec![reference]);
            }
        }
    }
    let source = context.source(75);
    let Some(entity) = context.draft.entity_mut(&subject.name) else {
        return false;
    };
    groups.retain(|g| !g.is_empty());
    for group in &groups {
        let text = format!("no overlap of {period} per {}", group.join(", "));
        entity.rules.push(Rule { text, source });
    }
    !groups.is_empty()
}

fn primary(context: &mut Context<'_>, words: &Words) -> bool {
    let named = context.named(words);
    let Some(entity) = named.first().cloned() else {
        return false;
    };
    let Some(per) = named
        .get(1)
        .and_then(|n| context.reference(&entity.name, &n.name))
    else {
        return false;
    };
    let Some(be) = words.position("be") else {
        return false;
    };
    let which: Vec<String> = words.0[be + 1..]
        .iter()
        .filter(|w| !matches!(w.as_str(), "the" | "a" | "an"))
        .take_while(|w| super::lexicon::singular(w) != entity.name)
        .cloned()
        .collect();
    if which.is_empty() || which.len() > 2 {
        return false;
    }
    let name = format!("is_{}", super::snake(&which));
    let source = context.source(80);
    let Some(entity) = context.draft.entity_mut(&entity.name) else {
        return false;
    };
    entity.add(Attribute {
        name: name.clone(),
        kind: Kind::Value("yes/no".to_owned()),
        optional: false,
        modifiers: vec!["default no".to_owned()],
        source,
    });
    entity.rules.push(Rule {
        text: format!("at most one per {per} where {name}"),
        source,
    });
    true
}

/// Both ways lead to the same: checked on what stands between.
fn same(context: &mut Context<'_>, words: &Words) -> bool {
    let named = context.named(words);
    let (Some(part), Some(whole)) = (named.first(), named.get(1)) else {
        return false;
    };
    let Some(of) = named
        .last()
        .filter(|n| n.from > whole.from)
        .map(|n| n.name.clone())
    else {
        return false;
    };
    let (part, whole) = (part.name.clone(), whole.name.clone());
    let source = context.source(75);
    let between = context
        .draft
        .entities
        .iter_mut()
        .find(|e| e.refers_to(&part) && e.refers_to(&whole));
    let Some(entity) = between else { return false };
    entity.rules.push(Rule {
        text: format!("{whole}.{of} = {part}.{of}"),
        source,
    });
    true
}

/// One-of values become states that move along.
fn flow(context: &mut Context<'_>, words: &Words) -> bool {
    let reopened = words.any(&["reopened", "reopen"]);
    let subject = super::lexicon::singular(words.get(0));
    for entity in &mut context.draft.entities {
        for attribute in &mut entity.attributes {
            let Kind::OneOf(values) = &attribute.kind else {
                continue;
            };
            if attribute.name != subject && !attribute.name.ends_with(&format!("_{subject}")) {
                continue;
            }
            let closed: Vec<String> = values
                .iter()
                .filter(|v| v.starts_with("closed"))
                .cloned()
                .collect();
            let open: Vec<String> = values
                .iter()
                .filter(|v| !v.starts_with("closed"))
                .cloned()
                .collect();
            let (Some(first), true) = (values.first().cloned(), values.len() > 1) else {
                continue;
            };
            let mut moves = Vec::new();
            let mut groups = Vec::new();
            if closed.len() >= 2 && open.len() >= 2 {
                moves.push(format!("{} => {}", open.join(" => "), closed[0]));
                for other in &closed[1..] {
                    moves.push(format!("open -> {other}"));
                }
                groups.push(("open".to_owned(), open));
                groups.push(("closed".to_owned(), closed.clone()));
                if reopened {
                    let back = closed
                        .iter()
                        .find(|c| words.phrase(&c.split(' ').collect::<Vec<_>>()).is_some())
                        .unwrap_or(&closed[closed.len() - 1]);
                    moves.push(format!("{back} -> {first}"));
                }
            } else {
                moves.push(values.join(" => "));
            }
            attribute.kind = Kind::Flow { moves, groups };
            return true;
        }
    }
    false
}

fn done(context: &mut Context<'_>, words: &Words, name: &str) -> bool {
    let Some(found) = context.named(words).into_iter().next() else {
        return false;
    };
    let source = context.source(75);
    let kind = if name.ends_with("_on") {
        "date"
    } else {
        "instant"
    };
    let Some(entity) = context.draft.entity_mut(&found.name) else {
        return false;
    };
    entity.add(Attribute {
        name: name.to_owned(),
        kind: Kind::Value(kind.to_owned()),
        optional: true,
        modifiers: Vec::new(),
        source,
    })
}

/// `a unit price that is kept as it was at the time`
fn copied(context: &mut Context<'_>, words: &Words) -> bool {
    let Some(kept) = words.phrase(&["kept", "as", "it", "was"]) else {
        return false;
    };
    let before: Vec<String> = words.0[..kept]
        .iter()
        .rev()
        .filter(|w| !matches!(w.as_str(), "that" | "is" | "which"))
        .take(2)
        .cloned()
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let name = super::snake(&before);
    let holder = context
        .draft
        .entities
        .iter()
        .find(|e| e.attribute(&name).is_some())
        .map(|e| e.name.clone());
    let Some(holder) = holder else { return false };
    // The price of what it refers to.
    let targets: Vec<String> = context
        .draft
        .entity(&holder)
        .map(|e| {
            e.attributes
                .iter()
                .filter_map(|a| match &a.kind {
                    Kind::Reference(t) => Some(t.clone()),
                    _ => None,
                })
                .collect()
        })
        .unwrap_or_default();
    let head = before.last().cloned().unwrap_or_default();
    let origin = targets.iter().find_map(|t| {
        let entity = context.draft.entity(t)?;
        entity
            .attributes
            .iter()
            .find(|a| a.name == head || a.name.ends_with(&format!("_{head}")))
            .map(|a| format!("{t}.{}", a.name))
    });
    let Some(attribute) = context
        .draft
        .entity_mut(&holder)
        .and_then(|e| e.attribute_mut(&name))
    else {
        return false;
    };
    match origin {
        Some(origin) => attribute.modifiers.push(format!("copied from {origin}")),
        None => attribute.modifiers.push("fixed".to_owned()),
    }
    true
}

fn append_only(context: &mut Context<'_>, words: &Words) -> bool {
    // What was named last before it is what never changes.
    let told = words
        .0
        .iter()
        .position(|w| matches!(w.as_str(), "never" | "cannot" | "not"))
        .unwrap_or(0);
    let named = context.named(words);
    let Some(found) = named
        .iter()
        .rfind(|n| n.from < told)
        .or(named.first())
        .cloned()
    else {
        return false;
    };
    let stated =
        words.any(&["never", "cannot"]) && words.any(&["edited", "overwritten", "modified"]);
    let Some(entity) = context.draft.entity_mut(&found.name) else {
        return false;
    };
    if stated && entity.roles.is_empty() {
        entity.append_only = true;
        return true;
    }
    false
}
