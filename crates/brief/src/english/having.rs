//! What one has: `an order has a date`, `is described by`, `consists of`.

use super::clause::{Clause, Item, Link};
use super::facts::{Facts, Owner, Said, is_information, looks_like_fact, table_name};
use super::lexicon;
use super::phrase::Phrase;

impl Facts {
    /// `An order has …`, `is described by …`, `consists of …`.
    pub(super) fn having(
        &mut self,
        clause: &Clause,
        verb: &super::phrase::Group,
        lead_owner: Option<Owner>,
    ) {
        let mut things: Vec<Item> = Vec::new();
        let mut key = verb.base == "identify";
        if verb.passive {
            if matches!(
                verb.base.as_str(),
                "include"
                    | "contain"
                    | "hold"
                    | "list"
                    | "show"
                    | "detail"
                    | "define"
                    | "specify"
                    | "represent"
                    | "need"
                    | "carry"
                    | "involve"
                    | "require"
            ) {
                self.doing(
                    clause,
                    verb,
                    &lexicon::verb(&verb.base).cloned().unwrap_or_default(),
                );
                return;
            }
            for (word, items) in clause.all_with() {
                if matches!(word.as_str(), "by" | "with" | "of" | "through" | "as") {
                    things.extend(items.iter().cloned());
                }
            }
        } else {
            things.extend(clause.objects.iter().cloned());
            for (word, items) in &clause.with {
                if word == "of" || (word == "with" && verb.base == "come") {
                    things.extend(items.iter().cloned());
                }
            }
            key = false;
        }
        let may = verb
            .modal
            .as_deref()
            .is_some_and(|m| matches!(m, "may" | "might" | "can" | "could"));
        let owners: Vec<Owner> = clause
            .subject
            .iter()
            .filter_map(|s| self.owner_of_subject(&s.phrase))
            .collect();
        let owners = if owners.is_empty() {
            lead_owner.into_iter().collect()
        } else {
            owners
        };
        for owner in &owners {
            if let Owner::Named(name) = owner {
                let each = clause.subject.iter().any(|s| s.phrase.count.each);
                self.push(
                    Said::Mention {
                        name: name.clone(),
                        weight: if each { 1.5 } else { 0.5 },
                    },
                    80,
                );
            }
            if let Some(demand) = demand(clause, owner, &things, verb) {
                self.push(demand, 80);
                continue;
            }
            for thing in &things {
                if verb.not || thing.phrase.count.none {
                    continue;
                }
                if let Owner::Named(from) = owner {
                    for (_, items) in thing.with.iter().filter(|(word, _)| word == "each with") {
                        for item in items {
                            self.push(
                                Said::HasEach {
                                    from: from.clone(),
                                    to: thing.phrase.name(),
                                    thing: item.clone(),
                                },
                                75,
                            );
                        }
                    }
                }
                if is_information(&thing.phrase) && thing.phrase.words.len() == 1 {
                    if let Owner::Named(name) = owner {
                        self.push(
                            Said::Mention {
                                name: name.clone(),
                                weight: 2.0,
                            },
                            80,
                        );
                    }
                    let listed = thing
                        .with
                        .iter()
                        .filter(|(w, _)| w == "for" || w == "with")
                        .flat_map(|(_, items)| items.iter());
                    for example in thing.examples.iter().chain(&thing.inside).chain(listed) {
                        self.push(
                            Said::Has {
                                owner: owner.clone(),
                                thing: example.clone(),
                                key,
                                optional: may,
                            },
                            85,
                        );
                    }
                    continue;
                }
                self.push(
                    Said::Has {
                        owner: owner.clone(),
                        thing: thing.clone(),
                        key,
                        optional: may && !thing.phrase.is_many(),
                    },
                    85,
                );
            }
        }
    }

    /// Whom a subject is: `the customer's information`, `user details`, `its lines`.
    pub(super) fn owner_of_subject(&self, phrase: &Phrase) -> Option<Owner> {
        if is_information(phrase)
            || phrase.words.len() == 1
                && matches!(phrase.head(), "attribute" | "field" | "property" | "column")
        {
            return phrase
                .owner
                .as_ref()
                .and_then(|o| self.name(o))
                .or_else(|| self.name(phrase))
                .or_else(|| self.last.clone())
                .or_else(|| self.topic.clone())
                .map(Owner::Named);
        }
        // `the users table`
        if phrase.words.len() > 1 && matches!(phrase.head(), "table" | "entity") {
            return Some(Owner::Named(table_name(phrase)));
        }
        self.name(phrase).map(Owner::Named)
    }

    /// `the hours an employee works on a project`: an attribute of what happens.
    pub(super) fn gap(&mut self, clause: &Clause, gap: &Phrase) {
        let Some(event) = self.event_of(clause) else {
            return;
        };
        if looks_like_fact(gap) {
            self.event = Some(event.clone());
            self.gap_event = Some(event);
        }
        let verb = clause.verb.clone().unwrap_or_default();
        let word = lexicon::verb(&verb.base).cloned().unwrap_or_default();
        if !looks_like_fact(gap) && !verb.not {
            // `which song a user listened to`: the gap is the object.
            let mut whole = clause.clone();
            whole.link = Link::Relative;
            whole.objects.insert(
                0,
                Item {
                    phrase: gap.clone(),
                    ..Item::default()
                },
            );
            self.doing(&whole, &verb, &word);
        } else if !verb.not {
            let mut whole = clause.clone();
            whole.link = Link::Relative;
            self.doing(&whole, &verb, &word);
        }
    }
}

/// `A closed opportunity must have a close reason`: a rule for some states only.
fn demand(
    clause: &Clause,
    owner: &Owner,
    things: &[Item],
    verb: &super::phrase::Group,
) -> Option<Said> {
    let must = verb
        .modal
        .as_deref()
        .is_some_and(|m| matches!(m, "must" | "shall" | "should" | "needs"));
    let Owner::Named(_) = owner else { return None };
    let [subject] = clause.subject.as_slice() else {
        return None;
    };
    let words = &subject.phrase.words;
    let state = words.first()?;
    let participle = lexicon::verb_form(state)
        .is_some_and(|(_, form)| matches!(form, lexicon::Form::Ed | lexicon::Form::Participle))
        || matches!(state.as_str(), "active" | "open" | "inactive" | "valid");
    (must && participle && words.len() > 1 && things.iter().all(|t| !t.phrase.is_many())).then(
        || Said::Demands {
            owner: words[1..].join(" "),
            state: state.clone(),
            things: things.to_vec(),
        },
    )
}
