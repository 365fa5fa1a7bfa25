//! Which nouns are entities: evidence from all facts is added up.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Fact, Owner, Said, looks_like_fact};
use super::lexicon;
use super::phrase::Phrase;

/// What speaks for a noun being an entity.
#[derive(Debug, Clone, Default)]
struct Evidence {
    score: f32,
    /// Facts that it has.
    facts: u32,
    /// Of these, plain attributes.
    plain: u32,
    /// Ever spoken of as many or as each.
    several: bool,
    first: usize,
}

/// The entities of a text by the names it uses.
#[derive(Debug, Clone, Default)]
pub(super) struct Entities {
    names: BTreeSet<String>,
    /// In the order in which the text first speaks of them.
    pub(super) order: Vec<String>,
    synonyms: BTreeMap<String, String>,
}

/// A score from which on a noun is an entity.
const ENOUGH: f32 = 1.7;

impl Entities {
    pub(super) fn of(facts: &[Fact]) -> Self {
        let mut evidence: BTreeMap<String, Evidence> = BTreeMap::new();
        let mut seen: BTreeSet<(usize, String, String)> = BTreeSet::new();
        for (at, fact) in facts.iter().enumerate() {
            // Said twice of the same sentence counts once.
            if let Said::Has {
                owner: Owner::Named(name),
                thing,
                ..
            } = &fact.said
                && !seen.insert((fact.sentence, name.clone(), thing.phrase.name()))
            {
                continue;
            }
            weigh(&mut evidence, at, &fact.said);
        }
        let mut entities = Self::default();
        for (name, found) in &mut evidence {
            let words: Vec<&str> = name.split(' ').collect();
            let known = lexicon::is_known_thing(name);
            let thing = lexicon::is_thing(&words);
            if thing {
                found.score += if known { 1.0 } else { 0.7 };
            }
            if lexicon::attribute_type(&words).is_some() && !known {
                found.score -= if found.plain >= 2 { 0.5 } else { 2.5 };
            }
            let head = words.last().copied().unwrap_or("");
            if lexicon::is_organisation_word(head) && !found.several && found.plain < 2 {
                continue;
            }
            if (words.len() == 1
                && (lexicon::is_system_word(head)
                    || lexicon::is_vague_word(head) && found.plain < 2))
                || name.is_empty()
            {
                continue;
            }
            if found.score >= ENOUGH {
                entities.names.insert(name.clone());
            }
        }
        entities.merge(&evidence);
        // `has an owner`, where users are spoken of: one of them.
        if ["user", "employee"]
            .iter()
            .any(|p| entities.names.contains(*p))
        {
            for role in ["owner", "assignee", "creator", "approver", "handler"] {
                if evidence.get(role).is_some_and(|e| e.facts == 0) {
                    entities.names.remove(role);
                }
            }
        }
        let mut order: Vec<(usize, String)> = entities
            .names
            .iter()
            .map(|n| (evidence.get(n).map_or(usize::MAX, |e| e.first), n.clone()))
            .collect();
        order.sort();
        entities.order = order.into_iter().map(|(_, name)| name).collect();
        entities
    }

    /// A compound and its head may be one entity.
    fn merge(&mut self, evidence: &BTreeMap<String, Evidence>) {
        let facts = |name: &str| evidence.get(name).map_or(0, |e| e.facts);
        let names: Vec<String> = self.names.iter().cloned().collect();
        for long in &names {
            let words: Vec<&str> = long.split(' ').collect();
            for start in 1..words.len() {
                let short = words[start..].join(" ");
                if !self.names.contains(&short) || !self.names.contains(long) {
                    continue;
                }
                // `a closed opportunity` is an opportunity in a state.
                let in_state = start == 1
                    && lexicon::verb_form(words[0]).is_some_and(|(_, form)| {
                        matches!(form, lexicon::Form::Ed | lexicon::Form::Participle)
                    });
                if in_state
                    || facts(long) == 0 && !lexicon::is_known_thing(long) && facts(&short) > 0
                {
                    self.names.remove(long);
                } else if facts(&short) == 0
                    && self
                        .names
                        .iter()
                        .filter(|n| n.ends_with(&format!(" {short}")))
                        .count()
                        == 1
                {
                    self.names.remove(&short);
                    self.synonyms.insert(short, long.clone());
                }
            }
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Adds an entity that was found otherwise.
    pub(super) fn add(&mut self, name: &str) {
        if self.names.insert(name.to_owned()) {
            self.order.push(name.to_owned());
        }
    }

    /// The entity that a name stands for, and the words that say in which role.
    pub(super) fn find(&self, name: &str) -> Option<(String, String)> {
        if self.names.contains(name) {
            return Some((name.to_owned(), String::new()));
        }
        if let Some(entity) = self.synonyms.get(name) {
            return Some((entity.clone(), String::new()));
        }
        let words: Vec<&str> = name.split(' ').collect();
        for start in 1..words.len() {
            let short = words[start..].join(" ");
            let found = if self.names.contains(&short) {
                Some(short.clone())
            } else {
                self.synonyms.get(&short).cloned()
            };
            if let Some(found) = found {
                return Some((found, words[..start].join(" ")));
            }
        }
        // The head alone, when only one compound has it.
        let mut compounds = self
            .names
            .iter()
            .filter(|n| n.ends_with(&format!(" {name}")));
        match (compounds.next(), compounds.next()) {
            (Some(only), None) => Some((only.clone(), String::new())),
            _ => None,
        }
    }

    pub(super) fn find_phrase(&self, phrase: &Phrase) -> Option<(String, String)> {
        self.find(&phrase.name())
    }
}

fn weigh(evidence: &mut BTreeMap<String, Evidence>, at: usize, said: &Said) {
    let mut add = |name: &str, score: f32, several: bool| {
        let entry = evidence.entry(name.to_owned()).or_insert_with(|| Evidence {
            first: at,
            ..Evidence::default()
        });
        entry.score += score;
        entry.several |= several;
    };
    match said {
        Said::Mention { name, weight } => add(name, *weight, *weight >= 0.7),
        Said::Has { owner, thing, .. } => {
            let phrase = &thing.phrase;
            match owner {
                Owner::Named(name) => add(name, 1.3, false),
                // `the visit date`: a visit is spoken of.
                _ if phrase.words.len() > 1 => {
                    let before = phrase.words[..phrase.words.len() - 1].join(" ");
                    if lexicon::is_known_thing(&before) {
                        add(&before, 0.5, false);
                    }
                }
                _ => {}
            }
            let fact = looks_like_fact(phrase) || phrase.number_of;
            let thing_name = phrase.name();
            let said_many = phrase.count.many || phrase.count.most.is_some_and(|m| m > 1);
            if said_many && !fact {
                add(&thing_name, 1.3, true);
            } else if phrase.plural && (lexicon::is_thing(&phrase.refs()) && !fact) {
                add(&thing_name, 0.9, true);
            } else if !fact {
                add(&thing_name, 0.2, false);
            }
            if let Owner::Named(name) = owner
                && let Some(entry) = evidence.get_mut(name)
            {
                entry.facts += 1;
                entry.plain += u32::from(fact || !lexicon::is_thing(&phrase.refs()));
            }
        }
        Said::Ties { from, to, base, .. } => {
            if base == "belong" && lexicon::is_known_thing(&to.name()) {
                add(&to.name(), 0.5, false);
            }
            for phrase in [from, to] {
                let many = phrase.count.many || phrase.count.each;
                let score = if many {
                    1.2
                } else if phrase.plural {
                    0.8
                } else if phrase.count.one {
                    0.5
                } else {
                    0.2
                };
                add(&phrase.name(), score, many || phrase.plural);
            }
        }
        Said::Kind { of, kinds, .. } => {
            add(of, 0.6, false);
            for kind in kinds {
                add(kind, 0.1, false);
            }
        }
        Said::Roles { of, roles } => {
            add(of, 1.5, false);
            for role in roles {
                add(role, 2.0, true);
            }
        }
        Said::Either { owner, to, .. } => {
            add(owner, 0.8, false);
            for name in to {
                add(name, 0.5, false);
            }
        }
        Said::HasEach { from, to, .. } => {
            add(from, 0.5, false);
            add(to, 0.4, true);
        }
        Said::Demands { owner, .. } => add(owner, 0.5, false),
        Said::Happens(_) | Said::Values { .. } | Said::Mark { .. } => {}
    }
}
