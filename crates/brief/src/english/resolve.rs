//! From facts to a draft: attributes go to their entities, ties become references.

use super::attributes::snake;
use super::clause::Item;
use super::draft::{Attribute, Draft, Entity, Kind, Source};
use super::entities::Entities;
use super::facts::{Event, Fact, Owner, Said, looks_like_fact};
use super::lexicon;
use super::phrase::Phrase;
use super::relate::{self, Edge};

/// The draft that facts make.
pub(super) fn resolve(facts: &[Fact]) -> (Draft, Entities) {
    let mut entities = Entities::of(facts);
    if let Some(kinds) = known_kinds(facts, &entities) {
        for name in kinds {
            entities.add(&name);
        }
    }
    let mut builder = Builder {
        facts,
        entities,
        draft: Draft::default(),
        edges: Vec::new(),
        events: Vec::new(),
        happenings: Vec::new(),
        roles: Vec::new(),
        demands: Vec::new(),
    };
    builder.begin();
    builder.collect();
    relate::settle(&mut builder);
    super::happen::compounds(&mut builder);
    builder.fold();
    builder.demand();
    builder.marks();
    builder.finish();
    (builder.draft, builder.entities)
}

/// What has kinds that are entities is one itself.
fn known_kinds(facts: &[Fact], entities: &Entities) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for fact in facts {
        if let Said::Kind { of, kinds, .. } = &fact.said
            && kinds.len() >= 2
            && !entities.contains(of)
            && kinds.iter().filter(|k| entities.contains(k)).count() >= 2
        {
            found.push(of.clone());
        }
    }
    (!found.is_empty()).then_some(found)
}

pub(super) struct Builder<'f> {
    pub(super) facts: &'f [Fact],
    pub(super) entities: Entities,
    pub(super) draft: Draft,
    pub(super) edges: Vec<Edge>,
    /// Attributes of what happens between two.
    pub(super) events: Vec<(Event, Item, Source)>,
    pub(super) roles: Vec<(String, Vec<String>)>,
    pub(super) demands: Vec<(String, String, Vec<Item>, Source)>,
    /// What happens between two, by the sentence that says so.
    pub(super) happenings: Vec<(Event, Source)>,
}

impl Builder<'_> {
    fn begin(&mut self) {
        for title in self.entities.order.clone() {
            self.make(&title);
        }
    }

    /// The entity of that title, made when it is not there.
    pub(super) fn make(&mut self, title: &str) -> String {
        let words: Vec<String> = title.split(' ').map(str::to_owned).collect();
        let name = snake(&words);
        if self.draft.entity(&name).is_none() {
            let sentences: Vec<usize> = Vec::new();
            self.draft.entities.push(Entity {
                title: title.to_owned(),
                name: name.clone(),
                sentences,
                ..Entity::default()
            });
        }
        name
    }

    fn collect(&mut self) {
        let mut loose: Option<(usize, String)> = None;
        for fact in self.facts {
            let source = Source::of(fact.sentence, fact.confidence);
            match &fact.said {
                Said::Mention { name, .. } => self.spoken_of(name, fact),
                Said::Has {
                    owner,
                    thing,
                    key,
                    optional,
                } => {
                    self.has(owner, thing, *key, *optional, source, &mut loose);
                }
                Said::Ties {
                    from,
                    base,
                    preposition,
                    to,
                    tie,
                    passive,
                    ..
                } => {
                    self.ties(
                        from,
                        base,
                        preposition.as_deref(),
                        to,
                        *tie,
                        *passive,
                        source,
                    );
                }
                Said::Kind { of, kinds, .. } => self.kinds(of, kinds, source),
                Said::Values {
                    owner,
                    attribute,
                    values,
                } => self.values(owner.as_deref(), attribute, values, source),
                Said::Roles { of, roles } => self.roles.push((of.clone(), roles.clone())),
                Said::Either { owner, name, to } => self.either(owner, name, to, source),
                Said::HasEach { from, to, thing } => self.has_each(from, to, thing, source),
                Said::Demands {
                    owner,
                    state,
                    things,
                } => self
                    .demands
                    .push((owner.clone(), state.clone(), things.clone(), source)),
                Said::Happens(event) => self.happenings.push((event.clone(), source)),
                Said::Mark { .. } => {}
            }
        }
    }

    fn spoken_of(&mut self, name: &str, fact: &Fact) {
        if let Some((title, _)) = self.entities.find(name) {
            let name = self.make(&title);
            if let Some(entity) = self.draft.entity_mut(&name) {
                if entity.source.sentence.is_none() {
                    entity.source = Source::of(fact.sentence, fact.confidence);
                }
                if !entity.sentences.contains(&fact.sentence) {
                    entity.sentences.push(fact.sentence);
                }
            }
        }
    }

    /// Whom an unsaid owner must be: the entity whose name the words begin with, else that of the fact before.
    fn owner_by_words(&self, thing: &Phrase) -> Option<(String, Phrase)> {
        for length in (1..thing.words.len()).rev() {
            let mut words = thing.words[..length].to_vec();
            if let Some(last) = words.last_mut() {
                *last = lexicon::singular(last);
            }
            let name = words.join(" ");
            if let Some((name, _)) = self
                .entities
                .find(&name)
                .filter(|(_, role)| role.is_empty())
            {
                let mut rest = thing.clone();
                rest.words = thing.words[length..].to_vec();
                return Some((name, rest));
            }
        }
        None
    }

    fn has(
        &mut self,
        owner: &Owner,
        thing: &Item,
        key: bool,
        optional: bool,
        source: Source,
        loose: &mut Option<(usize, String)>,
    ) {
        let sentence = source.sentence.unwrap_or(0);
        match owner {
            Owner::Named(name) => {
                let found = self.entities.find(name);
                // `the title of the book`: whoever is named there has it.
                let told = thing.phrase.owner.as_ref().or(thing
                    .phrase
                    .of
                    .as_ref()
                    .filter(|_| looks_like_fact(&thing.phrase)));
                let other = told
                    .and_then(|p| self.entities.find_phrase(p))
                    .filter(|(e, _)| found.as_ref().is_none_or(|(f, _)| f != e));
                let Some((entity, _)) = found else {
                    // `The operator's licence`, where operators are no entity: an attribute of the last owner.
                    return;
                };
                if let Some((of, _)) = other
                    && thing.phrase.owner.is_some()
                    && looks_like_fact(&thing.phrase)
                    && !self.refers(&entity, &of)
                {
                    self.give(&entity, thing, key, optional, source);
                    return;
                }
                self.give(&entity, thing, key, optional, source);
            }
            Owner::Event(event) => self.events.push((event.clone(), thing.clone(), source)),
            Owner::Unsaid => {
                if let Some((entity, rest)) = self.owner_by_words(&thing.phrase) {
                    let mut item = thing.clone();
                    if !rest.words.is_empty() {
                        item.phrase = rest;
                    }
                    *loose = Some((sentence, entity.clone()));
                    self.give(&entity, &item, key, optional, source);
                } else if let Some((at, entity)) = loose.clone()
                    && at == sentence
                {
                    self.give(&entity, thing, key, optional, source);
                } else if let Some(previous) = self.last_spoken(sentence) {
                    let weaker = Source {
                        confidence: source.confidence.saturating_sub(20),
                        ..source
                    };
                    self.give(&previous, thing, key, optional, weaker);
                }
            }
        }
    }

    fn refers(&self, from: &str, to: &str) -> bool {
        let words = |t: &str| snake(&t.split(' ').map(str::to_owned).collect::<Vec<_>>());
        self.draft
            .entity(&words(from))
            .is_some_and(|e| e.refers_to(&words(to)))
    }

    /// The entity spoken of last, up to that sentence.
    pub(super) fn last_spoken(&self, sentence: usize) -> Option<String> {
        let mut last = None;
        for fact in self.facts.iter().take_while(|f| f.sentence <= sentence) {
            let name = match &fact.said {
                Said::Has {
                    owner: Owner::Named(name),
                    ..
                } => name,
                Said::Ties {
                    to, passive: true, ..
                } => &to.name(),
                Said::Ties { from, .. } => &from.name(),
                _ => continue,
            };
            if let Some((entity, _)) = self.entities.find(name) {
                last = Some(entity);
            }
        }
        last
    }

    fn marks(&mut self) {
        for fact in self.facts {
            let Said::Mark {
                owner,
                attribute,
                mark,
                within,
            } = &fact.said
            else {
                continue;
            };
            let words: Vec<String> = attribute.split(' ').map(str::to_owned).collect();
            let name = snake(&words);
            let owner = owner
                .as_deref()
                .and_then(|o| self.entities.find(o))
                .map(|(e, _)| snake(&e.split(' ').map(str::to_owned).collect::<Vec<_>>()));
            let within = within
                .as_deref()
                .and_then(|w| self.entities.find(w))
                .map(|(e, _)| snake(&e.split(' ').map(str::to_owned).collect::<Vec<_>>()));
            let matches_name = |entity: &Entity, a: &Attribute| {
                a.name == name || format!("{}_{}", entity.name, a.name) == name
            };
            let candidates: Vec<String> = self
                .draft
                .entities
                .iter()
                .filter(|e| e.attributes.iter().any(|a| matches_name(e, a)))
                .map(|e| e.name.clone())
                .collect();
            let chosen = owner
                .filter(|o| candidates.contains(o))
                .or_else(|| {
                    candidates
                        .iter()
                        .find(|c| name.starts_with(&format!("{c}_")))
                        .cloned()
                })
                .or_else(|| (candidates.len() == 1).then(|| candidates[0].clone()));
            let Some(chosen) = chosen else { continue };
            let Some(entity) = self.draft.entity_mut(&chosen) else {
                continue;
            };
            let per = within.filter(|w| entity.refers_to(w));
            let entity_name = entity.name.clone();
            let Some(known) = entity
                .attributes
                .iter_mut()
                .find(|a| a.name == name || format!("{entity_name}_{}", a.name) == name)
            else {
                continue;
            };
            let modifier = match (*mark, per) {
                ("unique", Some(per)) => format!("unique per {per}"),
                ("unique", None) => "unique".to_owned(),
                _ => {
                    known.optional = true;
                    continue;
                }
            };
            if !known.modifiers.iter().any(|m| m.starts_with("unique")) {
                known.modifiers.push(modifier);
            }
        }
    }

    /// What is only named in passing, has nothing and is tied to nothing is left out when others are described.
    fn passing(&mut self) {
        let described = self
            .draft
            .entities
            .iter()
            .filter(|e| e.attributes.iter().any(|a| a.source.sentence.is_some()))
            .count();
        if described < 2 {
            return;
        }
        let kept: Vec<String> = self
            .facts
            .iter()
            .filter_map(|f| match &f.said {
                Said::Mention { name, weight } if *weight >= 1.5 => {
                    self.entities.find(name).map(|(e, _)| snake(&[e]))
                }
                _ => None,
            })
            .collect();
        let referred: Vec<String> = self
            .draft
            .entities
            .iter()
            .flat_map(|e| {
                let whole = e
                    .part_of
                    .as_ref()
                    .map(|p| p.rsplit(' ').next().unwrap_or("").to_owned());
                let to = e.attributes.iter().flat_map(|a| match &a.kind {
                    Kind::Reference(t) | Kind::Many(t) => vec![t.clone()],
                    Kind::Either(t) => t.clone(),
                    _ => Vec::new(),
                });
                to.chain(whole).collect::<Vec<_>>()
            })
            .collect();
        self.draft.entities.retain(|e| {
            !e.attributes.is_empty()
                || e.part_of.is_some()
                || !e.kinds.is_empty()
                || !e.roles.is_empty()
                || kept.contains(&e.name)
                || referred.contains(&e.name)
        });
    }

    fn finish(&mut self) {
        self.passing();
        let acts = self.draft.entities.iter().any(|e| {
            e.attributes
                .iter()
                .any(|a| a.kind == Kind::Reference("user".to_owned()))
        });
        if let Some(user) = self.draft.entity_mut("user") {
            user.actor = acts;
        }
        for entity in &mut self.draft.entities {
            let bare = entity
                .attributes
                .iter()
                .all(|a| matches!(a.kind, Kind::Many(_)));
            if bare && entity.part_of.is_none() && entity.kinds.is_empty() {
                entity.attributes.insert(
                    0,
                    Attribute {
                        name: "name".to_owned(),
                        kind: Kind::Value("name".to_owned()),
                        optional: false,
                        modifiers: Vec::new(),
                        source: Source::assumed(),
                    },
                );
            }
        }
    }
}
