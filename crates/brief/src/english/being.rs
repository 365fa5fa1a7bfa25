//! What `is` says: that something is unique, is of some kinds, is for another.

use super::clause::{Clause, Item};
use super::facts::{Facts, Said, Tie, is_information, looks_like_fact, speaks_of_system};

impl Facts {
    /// `is unique`, `are calls and meetings`, `is for one medicine`.
    pub(super) fn being(&mut self, clause: &Clause) {
        // `There are three types of users: students and teachers.`
        if clause.subject.is_empty()
            && let Some(object) = clause.objects.first()
        {
            let of =
                object.phrase.of.as_ref().filter(|_| {
                    matches!(object.phrase.head(), "type" | "kind" | "category" | "class")
                });
            let of = of.and_then(|o| self.name(o));
            if let Some(of) = of
                && object.examples.len() >= 2
            {
                let kinds = object.examples.iter().map(|e| e.phrase.name()).collect();
                self.push(
                    Said::Mention {
                        name: of.clone(),
                        weight: 1.5,
                    },
                    70,
                );
                self.push(Said::Kind { of, kinds }, 70);
            } else {
                for object in &clause.objects {
                    if object.phrase.is_many()
                        && !looks_like_fact(&object.phrase)
                        && !speaks_of_system(&object.phrase)
                    {
                        self.push(
                            Said::Mention {
                                name: object.phrase.name(),
                                weight: 1.2,
                            },
                            60,
                        );
                    }
                }
            }
            return;
        }
        let Some(subject) = clause.subject.first() else {
            return;
        };
        let not = clause.verb.as_ref().is_some_and(|v| v.not);
        if let Some(adjective) = &clause.adjective
            && (adjective.contains("unique")
                || adjective.contains("optional")
                || adjective.contains("mandatory"))
        {
            self.mark(
                clause,
                subject,
                if adjective.contains("unique") && !not {
                    "unique"
                } else {
                    "optional"
                },
            );
            return;
        }
        if clause
            .objects
            .iter()
            .any(|o| o.phrase.unique && o.phrase.words.is_empty())
        {
            self.mark(clause, subject, "unique");
            return;
        }
        if not {
            return;
        }
        if is_information(&subject.phrase) && subject.phrase.words.len() == 1 {
            // `The attributes are name and price.`
            if let Some(owner) = self.last.clone().or_else(|| self.topic.clone()) {
                for thing in &clause.objects {
                    self.has(&owner, thing, 60);
                }
            }
            return;
        }
        let Some(name) = self.name(&subject.phrase) else {
            return;
        };
        if !clause.objects.is_empty() && !speaks_of_system(&subject.phrase) {
            self.kinds(clause, subject, &name);
        }
        // `A prescription is for one medicine`, `an interaction is about an organization`.
        if subject.phrase.plural {
            self.push(
                Said::Mention {
                    name: name.clone(),
                    weight: 0.6,
                },
                50,
            );
        }
        let nested: Vec<(String, Vec<Item>)> = clause
            .with
            .iter()
            .flat_map(|(_, items)| items.iter().flat_map(|i| i.with.iter().cloned()))
            .collect();
        for (word, items) in clause.with.iter().chain(&nested) {
            // `is about a contact or an opportunity`
            if items.len() >= 2
                && items.iter().any(|i| i.or)
                && matches!(word.as_str(), "about" | "for" | "of" | "on")
            {
                let to: Vec<String> = items.iter().map(|i| i.phrase.name()).collect();
                let called = if word == "about" { "about" } else { "subject" };
                self.push(
                    Said::Either {
                        owner: name.clone(),
                        name: called.to_owned(),
                        to,
                    },
                    80,
                );
                continue;
            }
            for item in items {
                if matches!(word.as_str(), "with") && looks_like_fact(&item.phrase) {
                    self.has(&name, item, 70);
                } else if matches!(
                    word.as_str(),
                    "for" | "with" | "about" | "in" | "at" | "on" | "of" | "by" | "from" | "to"
                ) && !speaks_of_system(&item.phrase)
                    && !looks_like_fact(&item.phrase)
                {
                    self.tie(&subject.phrase, "be", Some(word), &item.phrase, Tie::Refers);
                }
            }
        }
        for object in &clause.objects {
            for (word, items) in &object.with {
                if word == "with" {
                    // `both are customers with a name`
                    let owner = if looks_like_fact(&object.phrase) {
                        name.clone()
                    } else {
                        object.phrase.name()
                    };
                    for item in items.iter().filter(|i| looks_like_fact(&i.phrase)) {
                        self.has(&owner, item, 60);
                    }
                }
            }
        }
    }

    /// `Email is unique among …`, `The order number is unique within a customer`.
    pub(super) fn mark(&mut self, clause: &Clause, subject: &Item, mark: &'static str) {
        let within = clause
            .all_with()
            .find(|(word, _)| {
                matches!(
                    word.as_str(),
                    "within" | "per" | "across" | "among" | "for" | "in"
                )
            })
            .and_then(|(_, items)| items.first())
            .map(|i| i.phrase.name());
        for item in std::iter::once(subject).chain(clause.subject.iter().skip(1)) {
            let owner = item
                .phrase
                .owner
                .as_ref()
                .and_then(|o| self.name(o))
                .or_else(|| item.phrase.of.as_ref().and_then(|o| self.name(o)))
                .or_else(|| self.last.clone());
            self.push(
                Said::Mark {
                    owner,
                    attribute: item.phrase.name(),
                    mark,
                    within: within.clone(),
                },
                75,
            );
        }
    }

    /// `Interactions are calls, emails and notes`; `the status is open or closed`.
    pub(super) fn kinds(&mut self, clause: &Clause, subject: &Item, name: &str) {
        let names: Vec<String> = clause
            .objects
            .iter()
            .flat_map(|o| {
                let inner: Vec<&Item> = if o.examples.is_empty() && o.inside.is_empty() {
                    vec![o]
                } else {
                    o.examples.iter().chain(&o.inside).collect()
                };
                inner
                    .into_iter()
                    .map(|i| pluralizer::pluralize(&i.phrase.name(), 1, false))
                    .collect::<Vec<_>>()
            })
            .collect();
        let several = names.len() >= 2;
        let or = clause.objects.iter().any(|o| o.or);
        if several && (looks_like_fact(&subject.phrase) && !subject.phrase.plural) {
            let owner = subject
                .phrase
                .owner
                .as_ref()
                .and_then(|o| self.name(o))
                .or_else(|| subject.phrase.of.as_ref().and_then(|o| self.name(o)));
            self.push(
                Said::Values {
                    owner,
                    attribute: name.to_owned(),
                    values: names,
                },
                75,
            );
        } else if several
            && (or
                || (subject.phrase.plural
                    && clause.objects.iter().filter(|o| o.phrase.plural).count() + 1
                        >= clause.objects.len()))
        {
            self.push(
                Said::Kind {
                    of: name.to_owned(),
                    kinds: names,
                },
                75,
            );
        } else if let [object] = clause.objects.as_slice() {
            // `Suppliers are trading companies`, `a manager is an employee`.
            let sure = !speaks_of_system(&object.phrase)
                && !looks_like_fact(&object.phrase)
                && !object.phrase.count.definite;
            if sure && object.phrase.number.is_none() {
                self.push(
                    Said::Kind {
                        of: object.phrase.name(),
                        kinds: vec![name.to_owned()],
                    },
                    60,
                );
            }
        }
    }
}
