//! What sentences say beside their verbs: parentheses, tables named, definitions, purposes.

use super::clause::{Clause, Item};
use super::facts::{Facts, Owner, Said};
use super::speech::{is_information, looks_like_fact, speaks_of_system, table_name};

impl Facts {
    /// What a clause says beside its verb: owners' parentheses, `with` and examples of subjects and objects.
    pub(super) fn asides(&mut self, clause: &Clause) {
        for item in clause.subject.iter().chain(&clause.objects) {
            let Some(name) = self.name(&item.phrase) else {
                continue;
            };
            if speaks_of_system(&item.phrase) {
                continue;
            }
            let subject = clause
                .subject
                .iter()
                .any(|s| s.phrase.tokens == item.phrase.tokens);
            for (word, items) in &item.with {
                if word == "with" {
                    for thing in items {
                        if subject || looks_like_fact(&thing.phrase) {
                            self.has(&name, thing, 70);
                        }
                    }
                }
            }
            // `Customers (name, address)`, in a subject: facts about them. In an object they may be values.
            let facts = item
                .inside
                .iter()
                .filter(|i| looks_like_fact(&i.phrase))
                .count();
            if subject
                && !item.inside.is_empty()
                && facts * 2 >= item.inside.len()
                && !is_information(&item.phrase)
                && clause.verb.is_some()
            {
                for thing in &item.inside {
                    self.has(&name, thing, 75);
                }
            }
        }
    }

    /// `my existing user and product tables`: entities that are there.
    pub(super) fn tables(&mut self, clause: &Clause) {
        let with = clause.all_with().flat_map(|(_, items)| items.iter());
        let lists: Vec<&Item> = clause
            .subject
            .iter()
            .chain(&clause.objects)
            .chain(with)
            .collect();
        let Some(at) = lists.iter().position(|i| {
            i.phrase.head() == "table" && i.phrase.words.len() > 1 && i.examples.is_empty()
        }) else {
            return;
        };
        let table = lists[at];
        let mut names = vec![table_name(&table.phrase)];
        if table.phrase.plural && at > 0 {
            names.insert(0, lists[at - 1].phrase.name());
        }
        for name in names {
            self.push(Said::Mention { name, weight: 2.0 }, 70);
        }
    }

    /// `Generate a database for products and categories`: those are spoken of.
    pub(super) fn purposes(&mut self, clause: &Clause) {
        let nested = clause
            .objects
            .iter()
            .chain(clause.subject.iter())
            .flat_map(|o| o.with.iter());
        let items: Vec<Item> = clause
            .with
            .iter()
            .chain(nested)
            .chain(&clause.lead)
            .filter(|(w, _)| w == "for" || w == "of")
            .flat_map(|(_, items)| items.iter().cloned())
            .collect();
        for item in items {
            if item.phrase.plural
                && !speaks_of_system(&item.phrase)
                && !looks_like_fact(&item.phrase)
                && !is_information(&item.phrase)
            {
                self.push(
                    Said::Mention {
                        name: item.phrase.name(),
                        weight: 1.6,
                    },
                    55,
                );
            }
        }
    }

    /// No verb: a heading, an item of a list, a definition.
    pub(super) fn verbless(&mut self, clause: &Clause, lead_owner: Option<Owner>) {
        if clause.colon {
            let Some(first) = clause.subject.first() else {
                return;
            };
            let owner = match (&first.phrase, clause.subject.len()) {
                (phrase, 1) if is_information(phrase) => {
                    self.name(phrase).or_else(|| self.topic.clone())
                }
                (phrase, 1) => self.name(phrase),
                _ => None,
            };
            let Some(owner) = owner else { return };
            if speaks_of_system(&first.phrase) && !is_information(&first.phrase) {
                return;
            }
            if !clause.objects.is_empty() {
                self.push(
                    Said::Mention {
                        name: owner.clone(),
                        weight: 1.0,
                    },
                    70,
                );
            }
            for thing in &clause.objects {
                self.has(&owner, thing, 75);
            }
            self.last = Some(owner);
            return;
        }
        if let Some(owner) = lead_owner {
            for thing in &clause.subject {
                self.push(
                    Said::Has {
                        owner: owner.clone(),
                        thing: thing.clone(),
                        key: false,
                        optional: false,
                    },
                    60,
                );
            }
        }
    }
}
