//! What an entity is given: attributes, ties to others, kinds and values.

use super::attributes::{attribute_of, snake};
use super::clause::Item;
use super::draft::{Attribute, Kind, Source};
use super::facts::{Tie, looks_like_fact};
use super::lexicon;
use super::phrase::{Count, Phrase};
use super::relate::Edge;
use super::resolve::Builder;

impl Builder<'_> {
    /// An entity has a thing: an attribute, or a tie when the thing is an entity.
    pub(super) fn give(
        &mut self,
        owner: &str,
        thing: &Item,
        key: bool,
        optional: bool,
        source: Source,
    ) {
        // `permissions columns`
        let mut thing = thing.clone();
        if thing.phrase.words.len() > 1 && matches!(thing.phrase.head(), "column" | "field") {
            thing.phrase.words.pop();
        }
        let thing = &thing;
        let phrase = &thing.phrase;
        if phrase.words.is_empty() || phrase.count.none {
            return;
        }
        if let Some((target, role)) = self.meant(owner, phrase)
            && (target != owner || !role.is_empty())
            && !(looks_like_fact(phrase) && !role.is_empty() && !lexicon::is_known_thing(&target))
            && !phrase.number_of
        {
            self.edges.push(Edge {
                from: owner.to_owned(),
                to: target,
                role,
                base: "have".to_owned(),
                preposition: None,
                tie: Tie::Has,
                passive: false,
                from_count: Count {
                    one: true,
                    ..Count::default()
                },
                to_count: counted(phrase),
                optional: optional || phrase.optional,
                key,
                source,
            });
            // `customers (name, email)` named on the way.
            return;
        }
        if self.is_identity(owner, phrase) {
            self.draft.prefixed_keys = true;
            return;
        }
        if super::facts::speaks_of_system(phrase) && !looks_like_fact(phrase) {
            return;
        }
        // `the supervisor of each employee`
        let above = matches!(
            phrase.head(),
            "supervisor" | "manager" | "boss" | "superior"
        ) && matches!(
            owner.rsplit(' ').next(),
            Some("employee" | "staff" | "user" | "worker" | "agent" | "member")
        );
        if above && self.entities.find_phrase(phrase).is_none() {
            let name = self.make(owner);
            if let Some(entity) = self.draft.entity_mut(&name) {
                entity.add(Attribute {
                    name: snake(&phrase.words),
                    kind: Kind::Reference(name.clone()),
                    optional: true,
                    modifiers: vec!["hierarchy".to_owned()],
                    source,
                });
            }
            return;
        }
        // `an owner`, where users are spoken of: one of them.
        if let Some(person) = self.person(phrase) {
            let (name, person) = (self.make(owner), self.make(&person));
            if let Some(entity) = self.draft.entity_mut(&name) {
                entity.add(Attribute {
                    name: snake(&phrase.words),
                    kind: Kind::Reference(person),
                    optional: phrase.optional || optional,
                    modifiers: Vec::new(),
                    source,
                });
            }
            return;
        }
        // `a full set of …`: what stands for many of nothing known.
        let mut attribute = attribute_of(thing, owner, source);
        attribute.optional |= optional;
        if attribute.name.is_empty() || attribute.name.len() > 60 {
            return;
        }
        if key && !attribute.modifiers.iter().any(|m| m == "unique") {
            attribute.modifiers.push("unique".to_owned());
        }
        let name = self.make(owner);
        let Some(entity) = self.draft.entity_mut(&name) else {
            return;
        };
        // `customer name` and `name` of a customer are one.
        let short = attribute
            .name
            .strip_prefix(&format!("{name}_"))
            .map(str::to_owned);
        let there = entity.attributes.iter().position(|a| {
            a.name == attribute.name
                || Some(&a.name) == short.as_ref()
                || a.name == format!("{name}_{}", attribute.name)
        });
        if let Some(at) = there {
            let known = &mut entity.attributes[at];
            if matches!(attribute.kind, Kind::OneOf(_)) && matches!(known.kind, Kind::Value(_)) {
                known.kind = attribute.kind;
            }
            for modifier in attribute.modifiers {
                if !known.modifiers.contains(&modifier) {
                    known.modifiers.push(modifier);
                }
            }
            known.optional &= attribute.optional;
            if key {
                let called = known.name.clone();
                if !entity.key.contains(&called) {
                    entity.key.push(called);
                }
            }
            return;
        }
        if key {
            entity.key.push(attribute.name.clone());
        }
        entity.add(attribute);
    }

    /// The entity that a phrase means: by its name, or by its key (`customer ID` of an order).
    pub(super) fn meant(&self, owner: &str, phrase: &Phrase) -> Option<(String, String)> {
        if by_its_key(phrase) {
            let mut words = phrase.words[..phrase.words.len() - 1].to_vec();
            if let Some(last) = words.last_mut() {
                *last = lexicon::singular(last);
            }
            let found = self
                .entities
                .find(&words.join(" "))
                .filter(|(e, role)| e != owner && role.is_empty());
            if found.is_some() {
                return found;
            }
        }
        self.entities.find_phrase(phrase)
    }

    /// `customer ID` of a customer: the key itself.
    pub(super) fn is_identity(&self, owner: &str, phrase: &Phrase) -> bool {
        let words = phrase.refs();
        match words.as_slice() {
            ["id" | "identifier"] => true,
            [before @ .., "id" | "identifier"] => {
                let before = before.join(" ");
                before == owner
                    || owner.ends_with(&format!(" {before}"))
                    || owner.split(' ').next_back() == Some(&before)
                    || before == "unique"
            }
            _ => false,
        }
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn ties(
        &mut self,
        from: &Phrase,
        base: &str,
        preposition: Option<&str>,
        to: &Phrase,
        tie: Tie,
        passive: bool,
        source: Source,
    ) {
        let left = self.entities.find_phrase(from);
        let right = self.entities.find_phrase(to);
        match (left, right) {
            (Some((from_name, from_role)), Some((to_name, role))) => {
                let role = if role.is_empty() && from_name == to_name {
                    from_role
                } else {
                    role
                };
                self.edges.push(Edge {
                    from: from_name,
                    to: to_name,
                    role,
                    base: base.to_owned(),
                    preposition: preposition.map(str::to_owned),
                    tie,
                    passive,
                    from_count: counted(from),
                    to_count: counted(to),
                    optional: false,
                    key: false,
                    source,
                });
            }
            // `published by a publisher`, where publishers are no entity.
            (None, Some((entity, _)))
                if passive && !super::facts::speaks_of_system(from) && from.words.len() <= 3 =>
            {
                let item = Item {
                    phrase: from.clone(),
                    ..Item::default()
                };
                self.give(
                    &entity,
                    &item,
                    false,
                    false,
                    Source {
                        confidence: 45,
                        ..source
                    },
                );
            }
            (Some((entity, _)), None)
                if preposition.is_some_and(|p| matches!(p, "in" | "at" | "by" | "from"))
                    && !to.is_many()
                    && to.words.len() <= 3
                    && tie == Tie::Refers
                    && lexicon::is_thing(&to.refs()) =>
            {
                let item = Item {
                    phrase: to.clone(),
                    ..Item::default()
                };
                self.give(
                    &entity,
                    &item,
                    false,
                    false,
                    Source {
                        confidence: 40,
                        ..source
                    },
                );
            }
            _ => {}
        }
    }

    /// Kinds: entities of their own refer to what they are a kind of; others are values.
    pub(super) fn kinds(&mut self, of: &str, kinds: &[String], source: Source) {
        let Some((whole, _)) = self.entities.find(of) else {
            return;
        };
        let own: Vec<String> = kinds
            .iter()
            .filter(|k| self.entities.contains(k) && **k != whole)
            .cloned()
            .collect();
        let whole_name = self.make(&whole);
        if own.is_empty() {
            if kinds.len() >= 2
                && let Some(entity) = self.draft.entity_mut(&whole_name)
                && entity.kinds.is_empty()
            {
                entity.kinds = kinds
                    .iter()
                    .map(|k| super::draft::Part {
                        name: k.clone(),
                        attributes: Vec::new(),
                    })
                    .collect();
            }
            return;
        }
        for kind in own {
            let name = self.make(&kind);
            let taken = self
                .draft
                .entity(&whole_name)
                .is_some_and(|e| e.part_of.as_deref() == Some(&name));
            if !taken
                && let Some(entity) = self.draft.entity_mut(&name)
                && entity.part_of.is_none()
            {
                entity.part_of = Some(format!("at most one of {whole_name}"));
                entity.source = Source {
                    sentence: source.sentence,
                    confidence: source.confidence,
                };
            }
        }
    }

    pub(super) fn values(
        &mut self,
        owner: Option<&str>,
        attribute: &str,
        values: &[String],
        source: Source,
    ) {
        let words: Vec<String> = attribute.split(' ').map(str::to_owned).collect();
        let name = snake(&words);
        let owner = owner
            .and_then(|o| self.entities.find(o))
            .map(|(e, _)| e)
            .or_else(|| source.sentence.and_then(|s| self.last_spoken(s)));
        let Some(owner) = owner else { return };
        let entity_name = self.make(&owner);
        let Some(entity) = self.draft.entity_mut(&entity_name) else {
            return;
        };
        match entity.attribute_mut(&name) {
            Some(known) => known.kind = Kind::OneOf(values.to_vec()),
            None => {
                entity.add(Attribute {
                    name,
                    kind: Kind::OneOf(values.to_vec()),
                    optional: false,
                    modifiers: Vec::new(),
                    source,
                });
            }
        }
    }
}

fn counted(phrase: &Phrase) -> Count {
    let mut count = phrase.count;
    // Said in passing: `hotels have rooms`. It counts less than `many`.
    count.bare = phrase.plural && !count.each && !count.many && count.most.is_none() && !count.one;
    count
}

/// `customer ID`, `RFQ number`: the key of something.
fn by_its_key(phrase: &Phrase) -> bool {
    phrase.words.len() > 1
        && phrase.of.is_none()
        && matches!(
            phrase.head(),
            "id" | "number" | "code" | "identifier" | "no"
        )
}
