//! What verbs say: `is`, and whatever else one does to another.

use super::clause::{Clause, Item, Link};
use super::facts::{Facts, Said, Tie, is_information, looks_like_fact, speaks_of_system};
use super::lexicon;
use super::phrase::{Group, Phrase};

impl Facts {
    /// Any other verb.
    pub(super) fn doing(&mut self, clause: &Clause, verb: &Group, word: &lexicon::Verb) {
        if verb.not && !matches!(clause.link, Link::Condition(_)) {
            return;
        }
        // `plays one or more roles: principal, distributor`
        if matches!(verb.base.as_str(), "play" | "have" | "take" | "act")
            && let (Some(subject), Some(object)) = (
                clause.subject.first(),
                clause.objects.iter().find(|o| o.phrase.is("role")),
            )
            && object.examples.len() >= 2
            && let Some(of) = self.name(&subject.phrase)
        {
            let roles = object.examples.iter().map(|e| e.phrase.name()).collect();
            self.push(
                Said::Mention {
                    name: of.clone(),
                    weight: 1.0,
                },
                80,
            );
            self.push(Said::Roles { of, roles }, 85);
            return;
        }
        let mut tie = tie_of(word);
        // What one takes or buys at a time belongs to whoever does.
        if tie == Tie::Associates
            && !verb.passive
            && clause
                .objects
                .iter()
                .any(|o| lexicon::is_transaction(o.phrase.head()))
        {
            tie = Tie::Makes;
        }
        if tie == Tie::Associates
            && !matches!(clause.link, Link::Condition(_))
            && let Some(event) = self.event_of(clause)
        {
            self.event = Some(event);
            self.event_sentence = Some(self.sentence);
        }
        // `helps the staff to manage animals`: what is managed is spoken of.
        let manages = verb.infinitive
            && clause.link == Link::Relative
            && matches!(
                verb.base.as_str(),
                "manage"
                    | "handle"
                    | "organize"
                    | "administer"
                    | "maintain"
                    | "track"
                    | "monitor"
                    | "store"
                    | "record"
            );
        if manages {
            for object in &clause.objects {
                if !speaks_of_system(&object.phrase)
                    && !looks_like_fact(&object.phrase)
                    && !is_information(&object.phrase)
                {
                    self.push(
                        Said::Mention {
                            name: object.phrase.name(),
                            weight: 1.6,
                        },
                        60,
                    );
                }
            }
            return;
        }
        let happens = matches!(verb.base.as_str(), "happen" | "occur");
        let says_nothing = tie == Tie::Other && !happens;
        if !says_nothing
            && !word.nouns.is_empty()
            && let Some(event) = self.event_of(clause)
        {
            self.push(Said::Happens(event), 60);
        }
        let system =
            clause.subject.is_empty() || clause.subject.iter().all(|s| speaks_of_system(&s.phrase));
        let talk = matches!(
            verb.base.as_str(),
            "help"
                | "ensure"
                | "allow"
                | "enable"
                | "let"
                | "permit"
                | "aim"
                | "design"
                | "implement"
                | "want"
                | "wish"
                | "start"
                | "begin"
                | "mean"
        );
        for subject in &clause.subject {
            if speaks_of_system(&subject.phrase) || talk || says_nothing {
                continue;
            }
            self.actor(subject, verb, word, clause, tie);
        }
        if system && !talk {
            // `The museum organises exhibitions`: what is organised is spoken of.
            for object in &clause.objects {
                if object.phrase.plural
                    && !speaks_of_system(&object.phrase)
                    && !looks_like_fact(&object.phrase)
                    && !is_information(&object.phrase)
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
        // `a contract is created with the date and the price`; `write reviews with a rating`
        let made: Vec<&Item> = if verb.passive {
            clause.subject.iter().collect()
        } else {
            clause.objects.iter().collect()
        };
        for object in made {
            let Some(name) = self.name(&object.phrase) else {
                continue;
            };
            if looks_like_fact(&object.phrase) && !lexicon::is_thing(&object.phrase.refs()) {
                continue;
            }
            let with = object.with.iter().chain(clause.with.iter());
            for (preposition, items) in with {
                for item in items {
                    if matches!(preposition.as_str(), "with")
                        && looks_like_fact(&item.phrase)
                        && !verb.passive
                    {
                        // `register with their name` is said of who registers.
                    } else if preposition == "with" && verb.passive && tie != Tie::Refers {
                        self.has(&name, item, 60);
                    }
                }
            }
        }
        if !verb.passive && !clause.objects.is_empty() && !says_nothing && !talk {
            self.objects_with(clause);
        }
        // `During a visit, several treatments can be given.`
        if verb.passive && !says_nothing {
            for (_, items) in clause
                .lead
                .iter()
                .filter(|(w, _)| matches!(w.as_str(), "during" | "in" | "at" | "for"))
            {
                for lead in items
                    .iter()
                    .filter(|i| !looks_like_fact(&i.phrase) && !speaks_of_system(&i.phrase))
                {
                    for subject in &clause.subject {
                        if !looks_like_fact(&subject.phrase) && subject.phrase.count.many {
                            self.tie(&lead.phrase, "have", None, &subject.phrase, Tie::Has);
                        }
                    }
                }
            }
        }
    }

    /// What an actor does, to what, and with what.
    fn actor(
        &mut self,
        subject: &Item,
        verb: &Group,
        word: &lexicon::Verb,
        clause: &Clause,
        tie: Tie,
    ) {
        let Some(name) = self.name(&subject.phrase) else {
            return;
        };
        let weight = if subject.phrase.count.each {
            1.5
        } else if subject.phrase.plural {
            0.8
        } else {
            0.5
        };
        self.push(
            Said::Mention {
                name: name.clone(),
                weight,
            },
            60,
        );
        if verb.passive {
            // `is placed by a customer`
            let nested: Vec<(String, Vec<Item>)> = clause
                .with
                .iter()
                .flat_map(|(_, items)| items.iter().flat_map(|i| i.with.iter().cloned()))
                .collect();
            for (preposition, items) in clause.with.iter().chain(&nested) {
                for item in items {
                    if speaks_of_system(&item.phrase) || is_information(&item.phrase) {
                        continue;
                    }
                    match preposition.as_str() {
                        "to" | "in" | "into" if item.listed.len() >= 3 => self.has(&name, item, 70),
                        "by" if looks_like_fact(&item.phrase)
                            && !lexicon::is_thing(&item.phrase.refs()) =>
                        {
                            self.has(&name, item, 60)
                        }
                        "by" => self.tie_passive(subject, verb, item, tie),
                        "with" if looks_like_fact(&item.phrase) => self.has(&name, item, 60),
                        "as" | "than" | "until" | "within" | "without" | "over" | "per"
                        | "through" | "via" | "under" => {}
                        "on" | "at" | "from" | "in" | "after" | "before" | "between" | "for"
                            if looks_like_fact(&item.phrase) =>
                        {
                            if matches!(preposition.as_str(), "on" | "at" | "in")
                                && !lexicon::is_thing(&item.phrase.refs())
                            {
                                self.has(&name, item, 45);
                            }
                        }
                        _ => {
                            let tie = if matches!(tie, Tie::Has | Tie::Makes) {
                                Tie::Refers
                            } else {
                                tie
                            };
                            let many = item.phrase.count.many || item.phrase.count.least.is_some();
                            let tie = if many { tie } else { Tie::Refers };
                            self.tie(
                                &subject.phrase,
                                &verb.base,
                                Some(preposition),
                                &item.phrase,
                                tie,
                            );
                        }
                    }
                }
            }
            // `is assigned a position`
            for object in &clause.objects {
                if !speaks_of_system(&object.phrase) {
                    self.has(&name, object, 60);
                }
            }
            return;
        }
        for object in &clause.objects {
            if speaks_of_system(&object.phrase) || object.phrase.pronoun {
                continue;
            }
            if is_information(&object.phrase) {
                continue;
            }
            let fact = looks_like_fact(&object.phrase);
            if fact && !lexicon::is_thing(&object.phrase.refs()) {
                let gives = word.makes
                    || word.has
                    || matches!(
                        verb.base.as_str(),
                        "specify"
                            | "state"
                            | "give"
                            | "cost"
                            | "earn"
                            | "pay"
                            | "enter"
                            | "fill"
                            | "take"
                    );
                if gives && !matches!(clause.link, Link::Condition(_)) {
                    self.has(&name, object, 50);
                }
                continue;
            }
            self.tie(&subject.phrase, &verb.base, None, &object.phrase, tie);
            if let Some(of) = &object.phrase.of
                && lexicon::is_thing(&of.refs())
                && !speaks_of_system(of)
            {
                self.tie(&object.phrase, "be", Some("of"), of, Tie::Refers);
            }
        }
        let alone = clause.objects.iter().all(|o| o.phrase.pronoun);
        for (preposition, items) in &clause.with {
            for item in items {
                if speaks_of_system(&item.phrase)
                    || is_information(&item.phrase)
                    || item.phrase.pronoun
                {
                    continue;
                }
                let fact =
                    looks_like_fact(&item.phrase) && !lexicon::is_known_thing(&item.phrase.name());
                match preposition.as_str() {
                    // `belongs to a segment (retail, wholesale, other)`: values.
                    "to" | "in" | "into" | "of" if item.listed.len() >= 3 => {
                        self.has(&name, item, 70)
                    }
                    "at" | "on" | "in"
                        if matches!(verb.base.as_str(), "happen" | "occur")
                            && matches!(
                                item.phrase.head(),
                                "point" | "time" | "date" | "moment" | "instant"
                            ) =>
                    {
                        let mut moment = item.clone();
                        moment.with.clear();
                        moment.phrase.of = None;
                        moment.phrase.words = if item.phrase.head() == "date" {
                            vec!["happened".to_owned(), "on".to_owned()]
                        } else {
                            vec!["happened".to_owned(), "at".to_owned()]
                        };
                        self.has(&name, &moment, 75);
                    }
                    "with" if fact || item.phrase.possessive => self.has(&name, item, 60),
                    "with" | "for" | "in" | "at" | "to" | "from" | "on" | "through" | "of"
                    | "into" | "about" | "under" | "by" | "against" | "during" | "between"
                        if !fact && alone =>
                    {
                        let tie = if word.makes || word.has {
                            Tie::Refers
                        } else {
                            tie
                        };
                        self.tie(
                            &subject.phrase,
                            &verb.base,
                            Some(preposition),
                            &item.phrase,
                            tie,
                        );
                    }
                    "on" | "at" | "in"
                        if fact
                            && clause.objects.is_empty()
                            && !lexicon::is_thing(&item.phrase.refs()) =>
                    {
                        self.has(&name, item, 45);
                    }
                    _ => {}
                }
            }
        }
    }

    /// `make appointments with doctors`: what is made is tied to what it is with.
    fn objects_with(&mut self, clause: &Clause) {
        let last = clause.objects.len() - 1;
        for (at, object) in clause.objects.iter().enumerate() {
            if speaks_of_system(&object.phrase) || object.phrase.pronoun {
                continue;
            }
            let after: Vec<&(String, Vec<Item>)> = object
                .with
                .iter()
                .chain(if at == last {
                    clause.with.iter()
                } else {
                    [].iter()
                })
                .collect();
            for (preposition, items) in after {
                for item in items {
                    if speaks_of_system(&item.phrase)
                        || item.phrase.pronoun
                        || is_information(&item.phrase)
                    {
                        continue;
                    }
                    let fact = looks_like_fact(&item.phrase)
                        && !lexicon::is_known_thing(&item.phrase.name());
                    let name = object.phrase.name();
                    match preposition.as_str() {
                        "with" if fact => self.has(&name, item, 60),
                        // `examine pets during visits`: the visit is of both.
                        "during" if !fact => {
                            self.tie(&item.phrase, "be", Some("of"), &object.phrase, Tie::Refers);
                            if let Some(subject) = clause.subject.first() {
                                self.tie(
                                    &item.phrase,
                                    "be",
                                    Some("by"),
                                    &subject.phrase,
                                    Tie::Refers,
                                );
                            }
                        }
                        "to" if !lexicon::is_transaction(object.phrase.head())
                            && !matches!(
                                clause.base(),
                                "assign" | "issue" | "send" | "allocate" | "attach" | "deliver"
                            ) => {}
                        "with" | "for" | "to" | "from" | "about" | "on" | "against" | "at"
                        | "in" | "during" | "of"
                            if !fact =>
                        {
                            let many = item.phrase.count.many || item.phrase.count.least.is_some();
                            let tie = if many { Tie::Other } else { Tie::Refers };
                            self.tie(&object.phrase, "be", Some(preposition), &item.phrase, tie);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    fn tie_passive(&mut self, subject: &Item, verb: &Group, agent: &Item, tie: Tie) {
        // The name behind a pronoun is put in, as if it had been written.
        let from = self.put_name(&agent.phrase);
        let to = self.put_name(&subject.phrase);
        self.push(
            Said::Ties {
                from,
                base: verb.base.clone(),
                preposition: None,
                to,
                tie,
                passive: true,
            },
            75,
        );
    }

    pub(super) fn tie(
        &mut self,
        from: &Phrase,
        base: &str,
        preposition: Option<&str>,
        to: &Phrase,
        tie: Tie,
    ) {
        let from = self.put_name(from);
        let to = self.put_name(to);
        if from.words.is_empty() || to.words.is_empty() {
            return;
        }
        self.push(
            Said::Ties {
                from,
                base: base.to_owned(),
                preposition: preposition.map(str::to_owned),
                to,
                tie,
                passive: false,
            },
            70,
        );
    }

    fn put_name(&self, phrase: &Phrase) -> Phrase {
        let mut named = phrase.clone();
        if phrase.pronoun || is_information(phrase) {
            named.words = self
                .name(phrase)
                .map(|n| n.split(' ').map(str::to_owned).collect())
                .unwrap_or_default();
        }
        named
    }
}

fn tie_of(word: &lexicon::Verb) -> Tie {
    if word.has {
        Tie::Has
    } else if word.makes {
        Tie::Makes
    } else if word.associates {
        Tie::Associates
    } else if word.refers {
        Tie::Refers
    } else {
        Tie::Other
    }
}
