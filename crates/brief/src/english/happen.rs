//! What happens between two, and what stands between many and many.

use super::attributes::{attribute_of, snake};
use super::draft::{Attribute, Kind, Source};
use super::facts::{Event, Tie};
use super::lexicon;
use super::relate::{Edge, reference};
use super::resolve::Builder;

/// A noun of the text that stands for what happens refers to those between whom it does.
pub(super) fn happenings(builder: &mut Builder<'_>) {
    for (event, source) in std::mem::take(&mut builder.happenings) {
        let nouns = lexicon::verb(&event.base)
            .map(|v| v.nouns.clone())
            .unwrap_or_default();
        let Some(noun) = nouns
            .iter()
            .find_map(|n| builder.entities.find(n).map(|(e, _)| e))
        else {
            continue;
        };
        let ends: Vec<String> = [&event.from, &event.to]
            .into_iter()
            .filter_map(|n| builder.entities.find(n))
            .map(|(e, _)| e)
            .collect();
        if ends.contains(&noun) || ends.is_empty() {
            continue;
        }
        // `hospitals request blood`, where blood is no entity: a request is of a hospital.
        let own_noun = nouns.first().is_some_and(|n| *n == event.base);
        let from = builder.entities.find(&event.from).map(|(e, _)| e);
        if ends.len() < 2 && !(own_noun && from.is_some()) {
            continue;
        }
        for end in ends {
            reference(builder, &noun, &end, "", false, false, source);
        }
    }
}

/// Attributes of what happens between two go to the entity that stands for it.
pub(super) fn events(builder: &mut Builder<'_>, many: &mut Vec<(String, String, Vec<Edge>)>) {
    let events = std::mem::take(&mut builder.events);
    for (event, thing, source) in events {
        let Some(owner) = event_entity(builder, &event, many) else {
            continue;
        };
        if builder
            .entities
            .find_phrase(&thing.phrase)
            .is_some_and(|(e, role)| e == owner && role.is_empty())
        {
            continue;
        }
        if let Some((target, role)) = builder.meant(&owner, &thing.phrase)
            && target != owner
        {
            let name = builder.make(&owner);
            let _ = name;
            reference(builder, &owner, &target, &role, false, false, source);
            continue;
        }
        let is_identity = matches!(thing.phrase.refs().as_slice(), ["id"]);
        if is_identity {
            continue;
        }
        let mut attribute = attribute_of(&thing, &owner, source);
        attribute.optional |= matches!(
            attribute.name.as_str(),
            "return_date" | "cancellation_time" | "end_date" | "returned_at" | "cancellation_date"
        );
        let name = builder.make(&owner);
        if let Some(entity) = builder.draft.entity_mut(&name) {
            entity.add(attribute);
        }
    }
}

/// The entity that stands for an event, made when two are tied by it.
pub(super) fn event_entity(
    builder: &mut Builder<'_>,
    event: &Event,
    many: &mut Vec<(String, String, Vec<Edge>)>,
) -> Option<String> {
    let nouns: Vec<&'static str> = lexicon::verb(&event.base)
        .map(|v| v.nouns.clone())
        .unwrap_or_default();
    for noun in &nouns {
        if let Some((entity, _)) = builder.entities.find(noun) {
            return Some(entity);
        }
        let record = format!("{noun} record");
        if let Some((entity, _)) = builder.entities.find(&record) {
            return Some(entity);
        }
    }
    let from = builder.entities.find(&event.from).map(|(e, _)| e);
    let to = builder.entities.find(&event.to).map(|(e, _)| e);
    match (from, to) {
        (Some(from), Some(to)) if from != to => {
            let at = many
                .iter()
                .position(|(a, b, _)| (*a == from && *b == to) || (*a == to && *b == from));
            // What was made by one already holds what is said of the making.
            let made = lexicon::verb(&event.base).is_some_and(|v| v.makes);
            if at.is_none() && made {
                return Some(to);
            }
            if let Some(at) = at {
                many.remove(at);
            }
            let line = matches!(
                event.base.as_str(),
                "include" | "contain" | "have" | "consist"
            );
            let title = match nouns.first() {
                Some(noun) => (*noun).to_owned(),
                None if line
                    && matches!(
                        to.as_str(),
                        "product" | "item" | "service" | "article" | "part" | "good"
                    ) =>
                {
                    format!("{from} line")
                }
                None => format!("{from} {to}"),
            };
            if builder
                .draft
                .entity(&snake(std::slice::from_ref(&title)))
                .is_some()
            {
                return Some(title);
            }
            builder.entities.add(&title);
            let source = Source::of(0, 60);
            builder.make(&title);
            reference(builder, &title, &from, "", false, false, source);
            reference(builder, &title, &to, "", false, false, source);
            // A reference between the two that the same verb made is the event itself.
            drop_reference(builder, &from, &to);
            Some(title)
        }
        (Some(only), None) | (None, Some(only)) => Some(only),
        (Some(only), Some(_)) => Some(only),
        (None, None) => None,
    }
}

pub(super) fn drop_reference(builder: &mut Builder<'_>, a: &str, b: &str) {
    let (a, b) = (builder.make(a), builder.make(b));
    for (from, to) in [(&a, &b), (&b, &a)] {
        if let Some(entity) = builder.draft.entity_mut(from) {
            entity
                .attributes
                .retain(|x| !(x.name == *to && matches!(&x.kind, Kind::Reference(t) if t == to)));
        }
    }
}

/// Many to many: the entity that already refers to both, one named for the verb, or plain many.
pub(super) fn junction(builder: &mut Builder<'_>, a: &str, b: &str, edges: &[Edge]) {
    let (left, right) = (builder.make(a), builder.make(b));
    let source = edges.first().map_or_else(Source::assumed, |e| e.source);
    let nouns: Vec<&'static str> = edges
        .iter()
        .filter_map(|e| lexicon::verb(&e.base))
        .flat_map(|v| v.nouns.iter().copied())
        .collect();
    // An entity of the text that stands for it.
    for noun in &nouns {
        if let Some((entity, _)) = builder.entities.find(noun) {
            if entity == a || entity == b {
                continue;
            }
            reference(builder, &entity, a, "", false, false, source);
            if a == b {
                other(builder, &entity, &left, source);
            } else {
                reference(builder, &entity, b, "", false, false, source);
            }
            return;
        }
    }
    let between = builder
        .draft
        .entities
        .iter()
        .any(|e| e.refers_to(&left) && e.refers_to(&right) && left != right);
    if between
        && edges
            .iter()
            .all(|e| e.tie == Tie::Associates || e.tie == Tie::Other)
        && edges
            .iter()
            .all(|e| !e.to_count.many || e.to_count.least.is_none())
        && edges.len() < 2
    {
        return;
    }
    if a == b {
        let title = nouns
            .first()
            .map_or_else(|| format!("related {a}"), |n| (*n).to_owned());
        let role = edges
            .iter()
            .map(|e| e.role.as_str())
            .find(|r| !r.is_empty());
        let _ = role;
        builder.entities.add(&title);
        builder.make(&title);
        reference(builder, &title, a, "", false, false, source);
        other(builder, &title, &left, source);
        return;
    }
    // Named for what the first of them does.
    let (owner, target) = match edges.first() {
        Some(edge) if edge.from == b && !edge.passive || edge.to == b && edge.passive => {
            (right, left)
        }
        _ => (left, right),
    };
    let plural = pluralizer::pluralize(&target, 2, false);
    if let Some(entity) = builder.draft.entity_mut(&owner) {
        entity.add(Attribute {
            name: plural,
            kind: Kind::Many(target),
            optional: true,
            modifiers: Vec::new(),
            source,
        });
    }
}

pub(super) fn other(builder: &mut Builder<'_>, owner: &str, to: &str, source: Source) {
    let name = builder.make(owner);
    if let Some(entity) = builder.draft.entity_mut(&name) {
        entity.add(Attribute {
            name: format!("other_{to}"),
            kind: Kind::Reference(to.to_owned()),
            optional: false,
            modifiers: Vec::new(),
            source,
        });
    }
}

/// `order item`, `product category`: a compound of an entity, when nothing else ties the two.
pub(super) fn compounds(builder: &mut Builder<'_>) {
    let titles: Vec<String> = builder
        .draft
        .entities
        .iter()
        .map(|e| e.title.clone())
        .collect();
    for long in &titles {
        for short in &titles {
            let Some(rest) = long.strip_prefix(&format!("{short} ")) else {
                continue;
            };
            let (whole, part) = (builder.make(short), builder.make(long));
            let tied = |from: &str, to: &str| {
                builder.draft.entity(from).is_some_and(|e| {
                    e.refers_to(to)
                        || e.part_of.as_deref().is_some_and(|p| p.ends_with(to))
                        || e.attributes
                            .iter()
                            .any(|a| matches!(&a.kind, Kind::Many(t) if t == to))
                })
            };
            if tied(&whole, &part) || tied(&part, &whole) {
                continue;
            }
            let class = matches!(
                rest,
                "category"
                    | "type"
                    | "group"
                    | "class"
                    | "brand"
                    | "genre"
                    | "status"
                    | "subcategory"
            );
            let source = Source::assumed();
            if class {
                reference(builder, short, long, "", false, false, source);
            } else {
                reference(builder, long, short, "", false, false, source);
            }
        }
    }
}
