//! Headings, and items of lists under what introduces them.

use super::clause::Clause;
use super::facts::{Facts, Said, is_information, looks_like_fact, speaks_of_system};

impl Facts {
    /// A heading: it names what is spoken of under it.
    pub(super) fn heading(&mut self, clauses: &[Clause]) -> Option<String> {
        let clause = clauses.first()?;
        if clause.verb.is_some() || clause.subject.len() != 1 {
            return None;
        }
        let phrase = &clause.subject[0].phrase;
        if speaks_of_system(phrase) || looks_like_fact(phrase) {
            return None;
        }
        let name = self.name(phrase)?;
        self.push(
            Said::Mention {
                name: name.clone(),
                weight: 0.4,
            },
            40,
        );
        self.last = Some(name.clone());
        self.topic = Some(name.clone());
        Some(name)
    }

    /// What a sentence speaks of, for the list under it.
    pub(super) fn spoken(&self, clauses: &[Clause]) -> Option<String> {
        let clause = clauses.last()?;
        for (word, items) in &clause.lead {
            if matches!(word.as_str(), "for" | "about" | "of")
                && let Some(item) = items.first()
                && !speaks_of_system(&item.phrase)
            {
                return self.name(&item.phrase);
            }
        }
        let information = clause.objects.iter().find(|o| is_information(&o.phrase));
        let about = information.and_then(|o| self.name(&o.phrase));
        if about.is_some() {
            return about;
        }
        let mut with = clause.objects.iter().flat_map(|o| &o.with);
        let of = with.find(|(w, _)| matches!(w.as_str(), "about" | "on" | "for"));
        if let Some(item) = of.and_then(|(_, items)| items.first())
            && !speaks_of_system(&item.phrase)
        {
            return self.name(&item.phrase);
        }
        let subject = clause.subject.first()?;
        if speaks_of_system(&subject.phrase) && !is_information(&subject.phrase) {
            return None;
        }
        self.name(&subject.phrase)
    }

    /// An item of a list: an attribute of what the line above speaks of, an entity, or a sentence of its own.
    pub(super) fn item(&mut self, clauses: &[Clause], under: Option<&str>) -> bool {
        let before = self.facts.len();
        let bare = clauses.len() == 1
            && clauses[0].verb.is_none()
            && !clauses[0].colon
            && !clauses[0].subject.is_empty();
        if !bare {
            return self.read(clauses);
        }
        let subject = clauses[0].subject.clone();
        match under {
            Some(owner) => {
                for thing in &subject {
                    self.has(owner, thing, 70);
                }
            }
            None => {
                for thing in &subject {
                    if speaks_of_system(&thing.phrase) || looks_like_fact(&thing.phrase) {
                        continue;
                    }
                    let name = thing.phrase.name();
                    self.push(
                        Said::Mention {
                            name: name.clone(),
                            weight: 1.5,
                        },
                        60,
                    );
                    for inner in thing.inside.iter().chain(&thing.examples) {
                        self.has(&name, inner, 70);
                    }
                    self.last = Some(name);
                }
            }
        }
        self.facts.len() > before
    }
}
