//! What a system keeps: `we record the date of each visit`, `information about customers`.

use super::clause::{Clause, Item, Link};
use super::facts::{
    Event, Facts, Owner, Said, is_information, looks_like_fact, speaks_of_system,
    subject_of_information, table_name,
};
use super::lexicon;

impl Facts {
    /// What a system keeps.
    pub(super) fn stored(
        &mut self,
        clause: &Clause,
        things: &[Item],
        lead_owner: Option<Owner>,
        condition: Option<&Event>,
        strong: bool,
    ) {
        let after = clause
            .with
            .iter()
            .chain(things.iter().flat_map(|t| t.with.iter()))
            .find_map(|(word, items)| {
                let phrase = &items.first()?.phrase;
                let about = matches!(
                    word.as_str(),
                    "for" | "about" | "of" | "on" | "regarding" | "concerning"
                );
                let pair = matches!(phrase.head(), "combination" | "pair");
                (about
                    && (pair || !speaks_of_system(phrase))
                    && !phrase.pronoun
                    && !looks_like_fact(phrase))
                .then(|| {
                    if matches!(phrase.head(), "combination" | "pair") {
                        self.event.clone().map_or(Owner::Unsaid, Owner::Event)
                    } else {
                        self.name(phrase).map_or(Owner::Unsaid, Owner::Named)
                    }
                })
            });
        let owner = lead_owner
            .or(after)
            .or_else(|| condition.cloned().map(Owner::Event))
            .or_else(|| self.gap_event.clone().map(Owner::Event));
        let of_pair = matches!(owner, Some(Owner::Event(_))) && condition.is_none();
        // `… enroll in courses, and their enrollment date is recorded`; `The enrollment date is recorded.`
        let owner = owner.or_else(|| {
            let event = self.event.clone()?;
            let nouns = lexicon::verb(&event.base)
                .map(|v| v.nouns.clone())
                .unwrap_or_default();
            let named = things.iter().any(|t| {
                t.phrase
                    .words
                    .first()
                    .is_some_and(|w| t.phrase.words.len() > 1 && nouns.contains(&w.as_str()))
            });
            let owned = things.iter().any(|t| t.phrase.owner.is_some());
            let facts = things.iter().all(|t| looks_like_fact(&t.phrase));
            (facts && !owned && (self.event_sentence == Some(self.sentence) || named))
                .then_some(Owner::Event(event))
        });
        let facts_told = things.iter().filter(|t| looks_like_fact(&t.phrase)).count();
        let mostly_facts = facts_told * 2 > things.len();
        let mut told_owner: Option<String> = None;
        if clause.link == Link::Relative && clause.verb.as_ref().is_some_and(|v| v.passive) {
            // `a price that is kept`: what is kept has been said.
            return;
        }
        for thing in things {
            if speaks_of_system(&thing.phrase) && !is_information(&thing.phrase) {
                continue;
            }
            // `create an orders table with …`
            if matches!(thing.phrase.head(), "table" | "entity" | "relation")
                && thing.phrase.words.len() > 1
            {
                let name = table_name(&thing.phrase);
                self.push(
                    Said::Mention {
                        name: name.clone(),
                        weight: 4.0,
                    },
                    90,
                );
                let columns: Vec<Item> = thing
                    .with
                    .iter()
                    .chain(&clause.with)
                    .filter(|(w, _)| w == "with" || w == "for")
                    .flat_map(|(_, items)| items.iter().cloned())
                    .chain(thing.examples.iter().cloned())
                    .chain(thing.inside.iter().cloned())
                    .collect();
                for column in &columns {
                    self.has(&name, column, 90);
                }
                self.last = Some(name);
                continue;
            }
            if is_information(&thing.phrase) {
                self.information(thing, owner.as_ref());
                continue;
            }
            let own = thing
                .phrase
                .owner
                .as_ref()
                .and_then(|o| self.name(o))
                .or_else(|| {
                    thing
                        .phrase
                        .of
                        .as_ref()
                        .filter(|of| {
                            looks_like_fact(&thing.phrase)
                                && !looks_like_fact(of)
                                && (of.entity
                                    || of.plural
                                    || of.count.each
                                    || of.count.definite
                                    || of.count.one
                                    || lexicon::is_thing(&of.refs()))
                        })
                        .and_then(|of| self.name(of))
                });
            if own.is_some() && !of_pair {
                told_owner = own;
            }
            let confidence = if strong { 75 } else { 55 };
            let owner = match (&told_owner, &owner) {
                (Some(name), _) => Owner::Named(name.clone()),
                (None, Some(owner)) => owner.clone(),
                (None, None) => Owner::Unsaid,
            };
            let unsaid = matches!(owner, Owner::Unsaid);
            for example in thing.inside.iter().chain(&thing.examples) {
                if !looks_like_fact(&thing.phrase) && looks_like_fact(&example.phrase) {
                    self.has(&thing.phrase.name(), example, 65);
                }
            }
            // `Airports are stored with their code and name.`
            if !looks_like_fact(&thing.phrase) {
                let name = thing.phrase.name();
                for (_, items) in thing.with.iter().filter(|(word, _)| word == "each with") {
                    for item in items {
                        self.has(&name, item, 80);
                    }
                }
                for (_, items) in clause.with.iter().filter(|(word, _)| word == "with") {
                    for item in items {
                        if looks_like_fact(&item.phrase) || item.phrase.possessive {
                            self.has(&name, item, 70);
                        }
                    }
                }
            }
            let among_facts = mostly_facts && !thing.phrase.plural;
            if unsaid && !among_facts && !looks_like_fact(&thing.phrase) {
                if thing.phrase.plural
                    || thing.phrase.count.each
                    || thing.phrase.count.many
                    || thing.phrase.count.one
                {
                    let weight = if thing.phrase.plural
                        || thing.phrase.count.many
                        || thing.phrase.count.each
                    {
                        1.6
                    } else {
                        0.6
                    };
                    self.push(
                        Said::Mention {
                            name: thing.phrase.name(),
                            weight,
                        },
                        70,
                    );
                }
                continue;
            }
            self.push(
                Said::Has {
                    owner,
                    thing: thing.clone(),
                    key: false,
                    optional: false,
                },
                confidence,
            );
        }
    }

    /// `information about customers, including name and address`
    pub(super) fn information(&mut self, thing: &Item, outer: Option<&Owner>) {
        let mut owners: Vec<String> = Vec::new();
        if let Some(of) = &thing.phrase.of {
            owners.extend(self.name(of));
        }
        for (word, items) in &thing.with {
            if matches!(
                word.as_str(),
                "about" | "on" | "for" | "of" | "regarding" | "concerning"
            ) {
                owners.extend(
                    items
                        .iter()
                        .filter(|i| !speaks_of_system(&i.phrase))
                        .filter_map(|i| self.name(&i.phrase)),
                );
            }
        }
        owners.extend(thing.phrase.owner.as_ref().and_then(|o| self.name(o)));
        owners.extend(subject_of_information(&thing.phrase));
        if owners.is_empty() {
            match outer {
                Some(Owner::Named(name)) => owners.push(name.clone()),
                _ => owners.extend(self.last.clone()),
            }
        }
        // The list after several owners is about the last.
        let nested: Vec<Item> = thing
            .with
            .iter()
            .flat_map(|(_, items)| {
                items
                    .iter()
                    .flat_map(|i| i.examples.iter().chain(&i.inside).cloned())
            })
            .collect();
        let of_examples: Vec<Item> = thing
            .inside
            .iter()
            .chain(&thing.examples)
            .cloned()
            .chain(nested)
            .collect();
        for owner in &owners {
            self.push(
                Said::Mention {
                    name: owner.clone(),
                    weight: 2.0,
                },
                75,
            );
        }
        if let Some(owner) = owners.last() {
            let owner = owner.clone();
            for example in &of_examples {
                self.has(&owner, example, 80);
            }
            self.last = Some(owner);
        }
    }

    /// `For each visit`, `for visits`.
    pub(super) fn lead_owner(&self, clause: &Clause) -> Option<Owner> {
        let (word, items) = clause.lead.iter().find(|(word, items)| {
            matches!(
                word.as_str(),
                "for" | "about" | "of" | "on" | "at" | "in" | "during" | "with" | "regarding"
            ) && !items.is_empty()
        })?;
        let phrase = &items.first()?.phrase;
        if matches!(word.as_str(), "in" | "at" | "on" | "during" | "with") && !phrase.count.each {
            return None;
        }
        if speaks_of_system(phrase) || phrase.pronoun && phrase.head() != "each" {
            return None;
        }
        if matches!(phrase.head(), "combination" | "pair") {
            return Some(self.event.clone().map_or(Owner::Unsaid, Owner::Event));
        }
        // `For each model item, …` may be followed by `used in a model`, which is said elsewhere.
        self.name(phrase).map(Owner::Named)
    }
}
