//! How the data is asked for: `find a contact by email`, `the latest 50 interactions of an organization`.

use super::{Context, Named, Words};
use crate::english::draft::Kind;

const VERBS: &[&str] = &[
    "find", "list", "search", "look", "browse", "retrieve", "lookup",
];

/// Whether the sentence asks for data.
pub(super) fn is_access(words: &Words, section: &str) -> bool {
    let asks = is_asking(section) && !words.any(&["has", "must", "cannot"]);
    let verb_first = VERBS.contains(&words.get(0)) && !words.any(&["has", "have"]);
    let report = matches!(words.get(0), "reports" | "report" | "dashboards")
        || words.phrase(&["the", "dashboards"]).is_some();
    let latest = words.0.iter().enumerate().any(|(at, w)| {
        matches!(w.as_str(), "latest" | "last" | "newest") && words.is_number(at + 1)
    }) && !words.has("has");
    let searched = (0..words.0.len()).any(|at| {
        matches!(
            words.get(at),
            "search" | "find" | "look" | "browse" | "lookup" | "list"
        ) && at > 0
            && at < 6
            && (words.has("by") || words.get(at + 1) == "up" || words.get(at) == "list")
            && !matches!(words.get(at.wrapping_sub(1)), "a" | "the" | "each" | "of")
    }) && !words.any(&["has", "have", "contains", "includes", "contain", "lists"]);
    asks || verb_first || report || latest || searched
}

fn is_asking(section: &str) -> bool {
    [
        "ask",
        "report",
        "quer",
        "question",
        "search",
        "dashboard",
        "access",
    ]
    .iter()
    .any(|w| section.contains(w))
}

pub(super) fn apply(context: &mut Context<'_>, words: &Words, section: &str) -> bool {
    let mut any = false;
    for part in parts(words) {
        any |= one(context, &part);
    }
    let freshness = words.any(&["old", "live", "stale"])
        && words.any(&["dashboards", "reports", "else", "dashboard"]);
    let report = is_asking(section) || matches!(words.get(0), "reports" | "report") || freshness;
    let plain = VERBS.contains(&words.get(0)) || words.any(&["latest", "newest"]);
    if report && (!any || freshness || !plain) {
        let text = format!("Report: {}", context.shown);
        let line = context.line(text, 50);
        context.draft.notes.push(line);
        return true;
    }
    any
}

/// `find a, list b and look up c`: each of them.
fn parts(words: &Words) -> Vec<Words> {
    let mut starts: Vec<usize> = (0..words.0.len())
        .filter(|at| {
            let verb =
                VERBS.contains(&words.get(*at)) || matches!(words.get(*at), "latest" | "newest");
            let before = at.checked_sub(1).map_or("", |i| words.get(i));
            verb && !matches!(before, "a" | "each" | "of" | "to" | "an")
                || (words.get(*at) == "and" && organization_by(words, *at))
        })
        .collect();
    if starts.is_empty() {
        starts.push(0);
    }
    let ends: Vec<usize> = starts
        .iter()
        .skip(1)
        .copied()
        .chain([words.0.len()])
        .collect();
    starts
        .iter()
        .zip(ends)
        .map(|(from, to)| words.slice(*from, to))
        .collect()
}

/// `find a contact by email, and organizations by part of their name`: the second part has no verb.
fn organization_by(words: &Words, and: usize) -> bool {
    words.get(and.wrapping_sub(1)) == ","
        && words.slice(and, words.0.len()).has("by")
        && words.slice(0, and).has("by")
}

fn one(context: &mut Context<'_>, words: &Words) -> bool {
    let named = context.named(words);
    let rate = rate(words).map(|r| format!(", {r}")).unwrap_or_default();
    if let Some(latest) = words
        .0
        .iter()
        .position(|w| matches!(w.as_str(), "latest" | "last" | "newest"))
        && words.is_number(latest + 1)
        && let Some(listed) = named.iter().find(|n| n.from > latest)
        && let Some(of) = named.iter().find(|n| n.from > listed.from)
        && let Some(order) = moment(context, &listed.name)
    {
        let text = format!(
            "latest {} {} of {} by {order}{rate}",
            words.get(latest + 1),
            listed.name,
            of.name
        );
        return push(context, text);
    }
    let finds = matches!(
        words.get(0),
        "find" | "search" | "look" | "lookup" | "browse" | "list" | "retrieve" | "and"
    );
    if finds
        && let Some(by) = words.position("by")
        && let Some(found) = named.iter().rfind(|n| n.from < by)
    {
        return by_attributes(context, words, found, by, &rate);
    }
    if named.len() >= 2 && !words.has("my") {
        // `list the movements of a product`
        for listed in named.iter().filter(|n| n.plural) {
            for of in named.iter().filter(|n| n.name != listed.name && !n.plural) {
                if context.reference(&listed.name, &of.name).is_some()
                    || role_reference(context, &listed.name, of)
                {
                    let condition = state_of(context, words, listed);
                    let between = words
                        .any(&["period", "range", "between"])
                        .then(|| moment(context, &listed.name))
                        .flatten();
                    let between = between.map(|b| format!(" between {b}")).unwrap_or_default();
                    let text = format!(
                        "list {} of {}{between}{condition}{rate}",
                        listed.name, of.name
                    );
                    return push(context, text);
                }
            }
        }
    }
    if let Some(only) = named.first()
        && words.any(&["my", "own"])
    {
        let condition = state_of(context, words, only);
        let user = context.draft.entity(&only.name).and_then(|e| {
            e.attributes
                .iter()
                .find(|a| matches!(&a.kind, Kind::Reference(t) if t == "user"))
                .map(|a| a.name.clone())
        });
        if let Some(user) = user {
            return push(
                context,
                format!("list {} of {user}{condition}{rate}", only.name),
            );
        }
    }
    false
}

fn role_reference(context: &Context<'_>, from: &str, of: &Named) -> bool {
    of.role
        && context.draft.entity(from).is_some_and(|e| {
            e.attributes
                .iter()
                .any(|a| matches!(&a.kind, Kind::Reference(t) if *t == of.name))
        })
}

/// `find a contact by email`, `search patients by name and date of birth`
fn by_attributes(
    context: &mut Context<'_>,
    words: &Words,
    found: &Named,
    by: usize,
    rate: &str,
) -> bool {
    let part = words
        .slice(by, words.0.len())
        .phrase(&["part", "of"])
        .is_some();
    let mut attributes: Vec<String> = Vec::new();
    let mut current: Vec<String> = Vec::new();
    for word in words.0[by + 1..].iter().chain([&",".to_owned()]) {
        match word.as_str() {
            "," | "and" | "or" | "(" | ";" | "within" => {
                if let Some(name) = context.attribute(&found.name, &current)
                    && !attributes.contains(&name)
                {
                    attributes.push(name);
                }
                current.clear();
                if matches!(word.as_str(), "(" | ";" | "within") {
                    break;
                }
            }
            "part" | "their" | "its" | "the" | "a" | "parts" => {}
            "of" if current.is_empty() => {}
            word => current.push(word.to_owned()),
        }
    }
    if attributes.is_empty() {
        return false;
    }
    let part = if part { "part of " } else { "" };
    push(
        context,
        format!(
            "find {} by {part}{}{rate}",
            found.name,
            attributes.join(" and ")
        ),
    )
}

/// ` where stage is open`, when the words say a state of what is listed.
fn state_of(context: &Context<'_>, words: &Words, listed: &Named) -> String {
    let before = listed.from.checked_sub(1).map_or("", |i| words.get(i));
    let Some(entity) = context.draft.entity(&listed.name) else {
        return String::new();
    };
    for attribute in &entity.attributes {
        match &attribute.kind {
            Kind::OneOf(values) if values.iter().any(|v| v == before) => {
                return format!(" where {} is {before}", attribute.name);
            }
            Kind::Flow { groups, .. } if groups.iter().any(|(g, _)| g == before) => {
                return format!(" where {} is {before}", attribute.name);
            }
            Kind::OneOf(values) if before == "open" => {
                let closed: Vec<String> = values
                    .iter()
                    .filter(|v| v.starts_with("closed"))
                    .map(|v| format!("\'{v}\'"))
                    .collect();
                if !closed.is_empty() {
                    return format!(" where {} not in ({})", attribute.name, closed.join(", "));
                }
            }
            _ => {}
        }
    }
    String::new()
}

/// The attribute that tells when.
fn moment(context: &Context<'_>, entity: &str) -> Option<String> {
    let entity = context.draft.entity(entity)?;
    let timed = |wanted: &str| {
        entity
            .attributes
            .iter()
            .find(|a| matches!(&a.kind, Kind::Value(t) if t == wanted))
            .map(|a| a.name.clone())
    };
    timed("instant").or_else(|| timed("date"))
}

/// `500 times a second`, `every night`
fn rate(words: &Words) -> Option<String> {
    if words.phrase(&["every", "night"]).is_some() {
        return Some("every night".to_owned());
    }
    let at = (0..words.0.len()).find(|at| {
        words.is_number(*at)
            && (words.get(at + 1) == "times" && matches!(words.get(at + 2), "a" | "per")
                || matches!(words.get(at + 1), "a" | "per"))
    })?;
    let unit = at + if words.get(at + 1) == "times" { 3 } else { 2 };
    matches!(words.get(unit), "second" | "minute" | "hour" | "day")
        .then(|| format!("{} a {}", words.get(at), words.get(unit)))
}

fn push(context: &mut Context<'_>, text: String) -> bool {
    if !context.draft.access.iter().any(|l| l.text == text) {
        let line = context.line(text, 75);
        context.draft.access.push(line);
    }
    true
}
