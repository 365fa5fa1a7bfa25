//! Ties to references: which side refers to which, and what stands between many and many.

use std::collections::BTreeMap;

use super::attributes::snake;
use super::draft::{Attribute, Kind, Source};
use super::facts::Tie;
use super::happen;
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
    pub(super) fn to_many(&self) -> bool {
        self.to_count.many
            || self.to_count.bare
                && !(self.tie == Tie::Refers && (self.from_count.bare || self.from_count.many))
    }

    /// Many of those who do it.
    fn many_act(&self) -> bool {
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
    happen::happenings(builder);
    happen::events(builder, &mut many);
    for (a, b, edges) in many {
        happen::junction(builder, &a, &b, &edges);
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
    let (mut ab_one, mut ba_one) = (false, false);
    let (mut associates, mut refers_from_a, mut refers_from_b, mut makes) =
        (false, false, false, false);
    let mut a_makes = false;
    for edge in edges {
        let forward = edge.from == *a;
        let to_one = !edge.passive && edge.to_one();
        // `an order is placed by a customer`: one customer of each order.
        let back_one = if edge.passive {
            !edge.many_act()
        } else {
            one_only(&edge.from_count) || edge.tie == Tie::Makes
        };
        if forward {
            ab_one |= to_one;
            ba_one |= back_one;
        } else {
            ba_one |= to_one;
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
                .any(|e| e.to == from && e.passive && e.many_act())
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
    } else if refers_from_a || ab_one && !ba_one {
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
pub(super) fn reference(
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
