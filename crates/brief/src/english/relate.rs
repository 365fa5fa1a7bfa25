//! Ties to references: which side refers to which, and what stands between many and many.

use std::collections::BTreeMap;

use super::attributes::{attribute_of, snake};
use super::draft::{Attribute, Kind, Source};
use super::facts::{Event, Tie};
use super::lexicon;
use super::phrase::Count;
use super::resolve::Builder;

/// Two entities and what the text says of them.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    /// `home`, `away`, `parent`: which of several.
    pub(super) role: String,
    pub(super) base: String,
    pub(super) preposition: Option<String>,
    pub(super) tie: Tie,
    pub(super) passive: bool,
    pub(super) from_count: Count,
    pub(super) to_count: Count,
    pub(super) optional: bool,
    pub(super) key: bool,
    pub(super) source: Source,
}

impl Edge {
    /// At most one of the other side, as it is written.
    fn to_one(&self) -> bool {
        if self.to_many() {
            return false;
        }
        if self.to_count.most == Some(1) {
            return true;
        }
        match self.tie {
            Tie::Refers | Tie::Has | Tie::Other => true,
            Tie::Associates => self.to_count.one && self.passive_like(),
            Tie::Makes => false,
        }
    }

    /// Many of the other side. A bare plural after a plural is said of each in turn: `orders belong to customers`.
    fn to_many(&self) -> bool {
        self.to_count.many
            || self.to_count.bare
                && !(self.tie == Tie::Refers && (self.from_count.bare || self.from_count.many))
    }

    /// Many of those who do it.
    fn from_many(&self) -> bool {
        self.from_count.many || self.from_count.bare && self.tie == Tie::Associates
    }

    fn passive_like(&self) -> bool {
        self.preposition
            .as_deref()
            .is_some_and(|p| matches!(p, "to" | "in" | "on" | "at" | "for"))
            && matches!(
                self.base.as_str(),
                "assign" | "allocate" | "work" | "belong" | "serve"
            )
    }
}

fn one_only(count: &Count) -> bool {
    count.most == Some(1) && !count.many
}

/// Ties between the same two, seen from the first by name.
#[derive(Debug, Default)]
struct Pair {
    edges: Vec<Edge>,
}

/// Makes references, associative entities and many-to-many of all ties.
pub(super) fn settle(builder: &mut Builder<'_>) {
    let mut order: Vec<(String, String, String)> = Vec::new();
    let mut pairs: BTreeMap<(String, String, String), Pair> = BTreeMap::new();
    for edge in builder.edges.clone() {
        let key = pair_key(&edge);
        if !pairs.contains_key(&key) {
            order.push(key.clone());
        }
        pairs.entry(key).or_default().edges.push(edge);
    }
    // What is said of a pair without a role is said of it in general; a role of its own stays apart only when
    // there are several.
    let mut many: Vec<(String, String, Vec<Edge>)> = Vec::new();
    for key in &order {
        let Some(pair) = pairs.get(key) else { continue };
        let (a, b, role) = key;
        if role.is_empty() {
            let others = order
                .iter()
                .filter(|(x, y, r)| x == a && y == b && !r.is_empty())
                .count();
            let vague = pair.edges.iter().all(|e| e.tie == Tie::Other);
            if others >= 2 && vague {
                continue;
            }
        }
        // `users create events` and `users join events` are two things.
        let joins = |e: &&Edge| e.tie == Tie::Associates && !e.passive && e.to_many();
        let makes = pair.edges.iter().any(|e| e.tie == Tie::Makes);
        if makes && a != b && pair.edges.iter().any(|e| joins(&e)) {
            let (joined, rest): (Vec<Edge>, Vec<Edge>) =
                pair.edges.iter().cloned().partition(|e| joins(&e));
            decide(builder, a, b, role, &rest, &mut many);
            many.push((a.clone(), b.clone(), joined));
            continue;
        }
        decide(builder, a, b, role, &pair.edges, &mut many);
    }
    happenings(builder);
    events(builder, &mut many);
    for (a, b, edges) in many {
        junction(builder, &a, &b, &edges);
    }
}

/// Pairs are put together whichever side is named first; different roles, and places that one leaves and
/// reaches, are kept apart.
fn pair_key(edge: &Edge) -> (String, String, String) {
    let mut role = edge.role.clone();
    if role.is_empty() {
        role = direction(&edge.base, edge.preposition.as_deref(), edge.passive).to_owned();
    }
    if edge.from <= edge.to {
        (edge.from.clone(), edge.to.clone(), role)
    } else {
        (edge.to.clone(), edge.from.clone(), role)
    }
}

fn direction(base: &str, preposition: Option<&str>, _passive: bool) -> &'static str {
    match (base, preposition) {
        ("depart" | "leave", _) => "departure",
        ("arrive" | "land", _) => "arrival",
        ("send" | "ship" | "transfer" | "move" | "fly" | "travel" | "run" | "go", Some("from")) => {
            "from"
        }
        ("send" | "transfer" | "fly" | "travel" | "go" | "move", Some("to")) => "to",
        ("start" | "begin", Some("at" | "in" | "from")) => "start",
        ("end" | "finish", Some("at" | "in")) => "end",
        ("manage" | "head" | "chair", None) => "manager",
        _ => "",
    }
}

/// Says which side refers to which.
fn decide(
    builder: &mut Builder<'_>,
    a: &str,
    b: &str,
    role: &str,
    edges: &[Edge],
    many: &mut Vec<(String, String, Vec<Edge>)>,
) {
    let (mut ab_many, mut ab_one, mut ba_many, mut ba_one) = (false, false, false, false);
    let (mut associates, mut refers_from_a, mut refers_from_b, mut makes) =
        (false, false, false, false);
    let mut a_makes = false;
    for edge in edges {
        let forward = edge.from == *a;
        let to_many = edge.to_many();
        let to_one = !to_many && (one_only(&edge.to_count) || edge.to_one());
        let passive = edge.passive;
        // `an order is placed by a customer`: from the order one customer; the verb's own direction is kept.
        let (back_many, back_one) = if passive {
            (edge.from_many(), !edge.from_many())
        } else {
            (
                edge.from_count.most.is_none()
                    && edge.from_count.many
                    && edge.to_count.most == Some(1)
                    && edge.tie == Tie::Associates,
                one_only(&edge.from_count) || matches!(edge.tie, Tie::Makes),
            )
        };
        let to_many =
            to_many && !(passive && edge.to_count.many && !edge.to_count.each && edge.from_many());
        let to_one = if passive { false } else { to_one };
        let to_many = if passive { to_many && false } else { to_many };
        if forward {
            ab_many |= to_many;
            ab_one |= to_one;
            ba_many |= back_many;
            ba_one |= back_one;
        } else {
            ba_many |= to_many;
            ba_one |= to_one;
            ab_many |= back_many;
            ab_one |= back_one;
        }
        associates |= edge.tie == Tie::Associates;
        if edge.tie == Tie::Makes {
            makes = true;
            a_makes |= forward;
        }
        if edge.tie == Tie::Refers && !edge.to_many() && !edge.passive {
            if forward {
                refers_from_a = true
            } else {
                refers_from_b = true
            }
        }
    }
    let Some(first) = edges.first() else { return };
    let source = first.source;
    let optional = edges.iter().any(|e| e.optional);
    let key = edges.iter().any(|e| e.key);
    if a == b {
        own(builder, a, role, edges, many);
        return;
    }
    // Explicit many both ways outweighs what verbs suggest.
    let explicit = |from: &str| {
        edges
            .iter()
            .any(|e| e.from == from && !e.passive && e.to_many())
            || edges
                .iter()
                .any(|e| e.to == from && e.passive && e.from_many())
    };
    let (many_ab, many_ba) = (explicit(a), explicit(b));
    let refer = |builder: &mut Builder<'_>, from: &str, to: &str| {
        reference(builder, from, to, role, optional, key, source)
    };
    if many_ab && many_ba {
        many.push((a.to_owned(), b.to_owned(), edges.to_vec()));
    } else if (many_ab || many_ba)
        && !makes
        && refers_to_many(edges)
        && !(if many_ab { ba_one } else { ab_one })
    {
        // `belongs to one or more`
        many.push((a.to_owned(), b.to_owned(), edges.to_vec()));
    } else if many_ab {
        // One a for each b unless the verb ties many to many and nothing says one.
        if (associates
            || edges.iter().any(|e| e.to == *b && e.to_count.many) && lexicon::is_shared(b))
            && !ba_one
            && !makes
        {
            many.push((a.to_owned(), b.to_owned(), edges.to_vec()));
        } else {
            refer(builder, b, a);
        }
    } else if many_ba {
        if (associates
            || edges.iter().any(|e| e.to == *a && e.to_count.many) && lexicon::is_shared(a))
            && !ab_one
            && !makes
        {
            many.push((a.to_owned(), b.to_owned(), edges.to_vec()));
        } else {
            refer(builder, a, b);
        }
    } else if makes && !(refers_from_a || refers_from_b) {
        if a_makes {
            refer(builder, b, a)
        } else {
            refer(builder, a, b)
        }
    } else if refers_from_b && !refers_from_a {
        refer(builder, b, a);
    } else if refers_from_a {
        refer(builder, a, b);
    } else if ab_one && !ba_one {
        refer(builder, a, b);
    } else if ba_one && !ab_one {
        refer(builder, b, a);
    } else if associates {
        many.push((a.to_owned(), b.to_owned(), edges.to_vec()));
    } else if first.from == *a {
        refer(builder, a, b);
    } else {
        refer(builder, b, a);
    }
    let _ = (ab_many, ba_many);
}

fn refers_to_many(edges: &[Edge]) -> bool {
    edges
        .iter()
        .any(|e| e.tie == Tie::Refers && e.to_count.many && !e.passive)
}

/// An entity that refers to itself: a tree, or many to many.
fn own(
    builder: &mut Builder<'_>,
    a: &str,
    role: &str,
    edges: &[Edge],
    many: &mut Vec<(String, String, Vec<Edge>)>,
) {
    let Some(first) = edges.first() else { return };
    let tree = matches!(
        role,
        "parent" | "manager" | "supervisor" | "sub" | "child" | "reporting" | "referring"
    ) || matches!(first.base.as_str(), "report" | "manage" | "supervise");
    let to_one = edges.iter().any(|e| !e.to_many() || one_only(&e.to_count));
    if tree || (to_one && first.tie != Tie::Associates) {
        let name = builder.make(a);
        let called = if role.is_empty() {
            format!("parent_{name}")
        } else if role == "manager" || role == "supervisor" {
            role.to_owned()
        } else {
            format!(
                "{}_{name}",
                snake(&role.split(' ').map(str::to_owned).collect::<Vec<_>>())
            )
        };
        let mut modifiers = Vec::new();
        if tree {
            modifiers.push("hierarchy".to_owned());
        }
        if let Some(entity) = builder.draft.entity_mut(&name) {
            entity.add(Attribute {
                name: called,
                kind: Kind::Reference(name.clone()),
                optional: true,
                modifiers,
                source: first.source,
            });
        }
    } else {
        many.push((a.to_owned(), a.to_owned(), edges.to_vec()));
    }
}

/// Adds a reference.
fn reference(
    builder: &mut Builder<'_>,
    from: &str,
    to: &str,
    role: &str,
    optional: bool,
    key: bool,
    source: Source,
) {
    let (from, to) = (builder.make(from), builder.make(to));
    let role = snake(&role.split(' ').map(str::to_owned).collect::<Vec<_>>());
    let name = match role.as_str() {
        "" => to.clone(),
        "manager" => {
            // `a department is managed by an employee`
            let back = builder
                .draft
                .entity(&to)
                .is_some_and(|e| e.refers_to(&from));
            if back || to == "employee" {
                "manager".to_owned()
            } else {
                to.clone()
            }
        }
        "from" | "to" => format!("{role}_{to}"),
        _ => format!("{role}_{to}"),
    };
    if name == to
        && builder
            .draft
            .entity(&from)
            .is_some_and(|e| e.refers_to(&to))
    {
        return;
    }
    if let Some(entity) = builder.draft.entity_mut(&from) {
        if entity
            .part_of
            .as_deref()
            .is_some_and(|p| p.ends_with(&format!(" {to}")))
        {
            return;
        }
        if key && !entity.key.contains(&name) {
            entity.key.push(name.clone());
        }
        // Two that refer to each other cannot both come first.
        entity.add(Attribute {
            name,
            kind: Kind::Reference(to),
            optional,
            modifiers: Vec::new(),
            source,
        });
    }
}

/// A noun of the text that stands for what happens refers to those between whom it does.
fn happenings(builder: &mut Builder<'_>) {
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
fn events(builder: &mut Builder<'_>, many: &mut Vec<(String, String, Vec<Edge>)>) {
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
        if let Some((target, role)) = builder.entities.find_phrase(&thing.phrase)
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
fn event_entity(
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
            if builder.draft.entity(&snake(&[title.clone()])).is_some() {
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

fn drop_reference(builder: &mut Builder<'_>, a: &str, b: &str) {
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
fn junction(builder: &mut Builder<'_>, a: &str, b: &str, edges: &[Edge]) {
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

fn other(builder: &mut Builder<'_>, owner: &str, to: &str, source: Source) {
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
