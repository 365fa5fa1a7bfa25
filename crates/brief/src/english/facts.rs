//! What clauses say, as facts: who has what, who does what to whom. Nothing is decided here about what is an
//! entity and what an attribute.

use super::clause::{Clause, Item, Link};
use super::lexicon;
use super::phrase::Phrase;

/// What happened in a clause, as an owner of facts: `when a member borrows a copy`.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) base: String,
    pub(super) from: String,
    pub(super) to: String,
}

/// Whom a fact is about.
#[derive(Debug, Clone)]
pub(super) enum Owner {
    Named(String),
    /// What happens between two.
    Event(Event),
    /// Not said; the sentence's topic or the words themselves must tell.
    Unsaid,
}

/// How two are related, as the verb says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    Has,
    Makes,
    Associates,
    Refers,
    Other,
}

/// What is said.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// Something is spoken of; the weight says how much that makes it an entity.
    Mention { name: String, weight: f32 },
    /// The owner has the thing.
    Has {
        owner: Owner,
        thing: Item,
        key: bool,
        optional: bool,
    },
    /// A verb ties two.
    Ties {
        from: Phrase,
        base: String,
        preposition: Option<String>,
        to: Phrase,
        tie: Tie,
        passive: bool,
    },
    /// One is a kind of the other.
    Kind { of: String, kinds: Vec<String> },
    /// An attribute has these values.
    Values {
        owner: Option<String>,
        attribute: String,
        values: Vec<String>,
    },
    /// It has these roles, one or more at once.
    Roles { of: String, roles: Vec<String> },
    /// It refers to one of several.
    Either {
        owner: String,
        name: String,
        to: Vec<String>,
    },
    /// `an order includes many products, each with a quantity`
    HasEach {
        from: String,
        to: String,
        thing: Item,
    },
    /// `a closed opportunity must have a reason`
    Demands {
        owner: String,
        state: String,
        things: Vec<Item>,
    },
    /// Something happens between two, for which the text may have a noun.
    Happens(Event),
    /// An attribute is unique, or optional.
    Mark {
        owner: Option<String>,
        attribute: String,
        mark: &'static str,
        within: Option<String>,
    },
}

/// A fact and where it was read.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub(super) said: Said,
    pub(super) sentence: usize,
    /// How sure it is, of 100.
    pub(super) confidence: u8,
}

/// Reads facts, sentence after sentence, remembering what was spoken of.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) facts: Vec<Fact>,
    /// What `it` and `they` stand for.
    pub(super) last: Option<String>,
    /// What the block is about: its heading, or what introduces the list.
    pub(super) topic: Option<String>,
    pub(super) event: Option<Event>,
    pub(super) sentence: usize,
    /// The sentence that told the event.
    pub(super) event_sentence: Option<usize>,
    /// What happens in a clause that describes a fact of this sentence: `the hours an employee works`.
    pub(super) gap_event: Option<Event>,
}

impl Facts {
    pub(super) fn push(&mut self, said: Said, confidence: u8) {
        self.facts.push(Fact {
            said,
            sentence: self.sentence,
            confidence,
        });
    }

    /// Reads the clauses of a sentence; whether anything was made of them.
    pub(super) fn read(&mut self, clauses: &[Clause]) -> bool {
        let before = self.facts.len();
        self.gap_event = None;
        let mut condition: Option<Event> = None;
        for clause in clauses {
            self.tables(clause);
            if let Link::Condition(_) = clause.link {
                condition = self.event_of(clause).or(condition);
                if let Some(event) = &condition {
                    self.event = Some(event.clone());
                }
            }
            self.clause(clause, condition.as_ref());
        }
        self.facts.len() > before
    }

    /// `my existing user and product tables`: entities that are there.
    fn tables(&mut self, clause: &Clause) {
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

    /// The name that a phrase stands for, pronouns resolved.
    pub(super) fn name(&self, phrase: &Phrase) -> Option<String> {
        if phrase.pronoun {
            let person = matches!(phrase.head(), "we" | "you" | "i" | "us" | "me");
            return if person {
                None
            } else {
                self.last.clone().or_else(|| self.topic.clone())
            };
        }
        // `each of its rooms`, `information of customers`: what it is of.
        if is_information(phrase) {
            return phrase
                .of
                .as_ref()
                .and_then(|of| self.name(of))
                .or_else(|| subject_of_information(phrase));
        }
        let name = phrase.name();
        (!name.is_empty()).then_some(name)
    }

    fn is_system(&self, items: &[Item]) -> bool {
        items.is_empty() || items.iter().all(|item| speaks_of_system(&item.phrase))
    }

    pub(super) fn event_of(&self, clause: &Clause) -> Option<Event> {
        let verb = clause.verb.as_ref()?;
        if verb.base == "be" || verb.base == "have" {
            return None;
        }
        let subject = clause.subject.first().and_then(|s| self.name(&s.phrase));
        let object = clause
            .objects
            .first()
            .or_else(|| {
                clause
                    .with
                    .iter()
                    .find(|(p, _)| p != "by")
                    .and_then(|(_, items)| items.first())
            })
            .and_then(|o| self.name(&o.phrase));
        let agent = clause
            .all_with()
            .find(|(p, _)| p == "by")
            .and_then(|(_, items)| items.first())
            .and_then(|o| self.name(&o.phrase));
        let (from, to) = if verb.passive {
            (agent.or(object).unwrap_or_default(), subject?)
        } else {
            (subject?, object.unwrap_or_default())
        };
        Some(Event {
            base: verb.base.clone(),
            from,
            to,
        })
    }

    fn clause(&mut self, clause: &Clause, condition: Option<&Event>) {
        let lead_owner = self.lead_owner(clause);
        if let Some(Owner::Named(name)) = &lead_owner {
            self.push(
                Said::Mention {
                    name: name.clone(),
                    weight: 2.5,
                },
                80,
            );
        }
        // `Set up an orders table with …`
        let table = clause
            .objects
            .iter()
            .any(|o| matches!(o.phrase.head(), "table" | "entity") && o.phrase.words.len() > 1);
        if table && !clause.verb.as_ref().is_some_and(|v| v.passive) {
            let things: Vec<Item> = clause.objects.clone();
            self.stored(clause, &things, None, None, true);
            return;
        }
        self.asides(clause);
        for item in clause.subject.iter().chain(&clause.objects) {
            if let Some((a, b)) = item.phrase.between.clone() {
                for end in [a, b] {
                    let to = Phrase {
                        words: vec![end],
                        count: super::phrase::Count {
                            one: true,
                            most: Some(1),
                            ..Default::default()
                        },
                        ..Phrase::default()
                    };
                    self.tie(&item.phrase, "be", Some("of"), &to, Tie::Refers);
                }
            }
        }
        if clause.verb.is_none() {
            self.verbless(clause, lead_owner);
            return;
        }
        let verb = clause.verb.clone().unwrap_or_default();
        let word = lexicon::verb(&verb.base).cloned().unwrap_or_default();
        let system = self.is_system(&clause.subject);
        if let Link::Gap(gap) = &clause.link {
            self.gap(clause, gap);
            return;
        }
        if verb.base == "be" {
            self.being(clause);
            self.remember(clause);
            return;
        }
        if matches!(verb.base.as_str(), "call" | "name" | "know" | "refer") && verb.passive {
            self.remember(clause);
            return;
        }
        let needs = matches!(
            verb.base.as_str(),
            "know"
                | "need"
                | "want"
                | "remember"
                | "manage"
                | "handle"
                | "save"
                | "use"
                | "cover"
                | "see"
                | "view"
                | "provide"
                | "support"
                | "process"
                | "give"
                | "create"
                | "define"
                | "set"
                | "build"
                | "assign"
                | "design"
                | "generate"
                | "add"
                | "include"
                | "have"
                | "organize"
                | "administer"
                | "offer"
                | "run"
                | "operate"
                | "own"
                | "sell"
                | "employ"
                | "treat"
                | "deliver"
                | "serve"
                | "hire"
                | "involve"
                | "contain"
                | "consist"
                | "show"
                | "list"
                | "display"
                | "calculate"
                | "update"
                | "require"
                | "develop"
                | "collect"
        );
        if !verb.passive && system && (word.stores || needs) {
            if clause.objects.iter().all(|o| speaks_of_system(&o.phrase)) {
                self.purposes(clause);
            }
            for object in &clause.objects {
                // `copies of each book`
                if let Some(of) = &object.phrase.of
                    && !looks_like_fact(&object.phrase)
                    && !is_information(&object.phrase)
                    && lexicon::is_thing(&of.refs())
                    && !speaks_of_system(&object.phrase)
                {
                    self.tie(&object.phrase, "be", Some("of"), of, Tie::Refers);
                }
            }
            let things: Vec<Item> = clause.objects.clone();
            self.stored(
                clause,
                &things,
                lead_owner,
                condition,
                word.stores || verb.base != "be",
            );
            return;
        }
        let passive_store = verb.passive
            && (word.stores
                || matches!(
                    verb.base.as_str(),
                    "save"
                        | "need"
                        | "require"
                        | "provide"
                        | "give"
                        | "enter"
                        | "specify"
                        | "define"
                        | "know"
                        | "note"
                        | "list"
                        | "manage"
                        | "maintain"
                        | "collect"
                        | "include"
                        | "add"
                        | "show"
                        | "display"
                ));
        // `is given a number`, `is assigned a code and a date`
        if passive_store && !clause.objects.is_empty()
            || verb.passive
                && verb.base == "assign"
                && clause.objects.iter().any(|o| looks_like_fact(&o.phrase))
        {
            for subject in &clause.subject {
                if let Some(name) = self.name(&subject.phrase)
                    && !speaks_of_system(&subject.phrase)
                    && !looks_like_fact(&subject.phrase)
                {
                    for thing in &clause.objects {
                        self.has(&name, thing, 75);
                    }
                }
            }
            self.remember(clause);
            return;
        }
        let told_by = clause.with.iter().any(|(word, items)| {
            let place = matches!(word.as_str(), "in" | "at" | "on" | "to" | "into")
                && !clause.subject.iter().any(|s| looks_like_fact(&s.phrase));
            (word == "by" || place)
                && items.iter().any(|i| {
                    let told =
                        word == "by" || !looks_like_fact(&i.phrase) && i.phrase.head() != "table";
                    !speaks_of_system(&i.phrase) && told
                })
        });
        if passive_store && !told_by && !(verb.base == "include" || verb.base == "list") {
            let things: Vec<Item> = clause.subject.clone();
            self.stored(clause, &things, lead_owner, condition, true);
            return;
        }
        if word.has && !system {
            self.having(clause, &verb, lead_owner);
            self.remember(clause);
            return;
        }
        self.doing(clause, &verb, &word);
        self.remember(clause);
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

    fn remember(&mut self, clause: &Clause) {
        if matches!(clause.link, Link::Relative | Link::Gap(_)) {
            return;
        }
        if let Some(first) = clause.subject.first()
            && !speaks_of_system(&first.phrase)
            && let Some(name) = self.name(&first.phrase)
        {
            self.last = Some(name);
        }
    }

    /// What a clause says beside its verb: owners' parentheses, `with` and examples of subjects and objects.
    fn asides(&mut self, clause: &Clause) {
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

    pub(super) fn has(&mut self, owner: &str, thing: &Item, confidence: u8) {
        self.push(
            Said::Has {
                owner: Owner::Named(owner.to_owned()),
                thing: thing.clone(),
                key: false,
                optional: false,
            },
            confidence,
        );
    }

    /// No verb: a heading, an item of a list, a definition.
    fn verbless(&mut self, clause: &Clause, lead_owner: Option<Owner>) {
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

/// Words that stand for facts about something: `customer information`.
pub(super) fn is_information(phrase: &Phrase) -> bool {
    (phrase.words.len() < 2 || !phrase.a_thing)
        && matches!(
            phrase.head(),
            "information"
                | "info"
                | "detail"
                | "details"
                | "data"
                | "record"
                | "fact"
                | "attribute"
                | "field"
                | "column"
                | "particulars"
                | "profile information"
        )
}

/// `customer personal information`: the customer.
pub(super) fn subject_of_information(phrase: &Phrase) -> Option<String> {
    let words: Vec<&String> = phrase.words[..phrase.words.len().saturating_sub(1)]
        .iter()
        .filter(|w| {
            !lexicon::ADJECTIVES.contains(w.as_str())
                && !matches!(w.as_str(), "contact" | "background" | "key")
        })
        .collect();
    let last = words.last()?;
    let mut name: Vec<String> = words.iter().map(|w| (*w).clone()).collect();
    if let Some(word) = name.last_mut() {
        *word = lexicon::singular(last);
    }
    Some(name.join(" "))
}

pub(super) fn table_name(phrase: &Phrase) -> String {
    let mut words: Vec<String> = phrase.words[..phrase.words.len() - 1].to_vec();
    if let Some(last) = words.last_mut() {
        *last = lexicon::singular(last);
    }
    words.join(" ")
}

/// Whether the phrase names a fact rather than a thing.
pub(super) fn looks_like_fact(phrase: &Phrase) -> bool {
    if phrase.entity {
        return false;
    }
    lexicon::attribute_type(&phrase.refs()).is_some()
        && !(lexicon::is_known_thing(&phrase.name()) && phrase.plural)
        || phrase.identifier
}

/// Whether the phrase speaks of the system, or of those who write.
pub(super) fn speaks_of_system(phrase: &Phrase) -> bool {
    if phrase.entity {
        return false;
    }
    let head = phrase.head();
    if phrase.pronoun {
        return matches!(head, "we" | "you" | "i" | "us" | "me" | "there");
    }
    if phrase.words.len() > 1
        && matches!(
            head,
            "system"
                | "application"
                | "app"
                | "database"
                | "platform"
                | "software"
                | "website"
                | "site"
                | "management"
        )
    {
        return true;
    }
    lexicon::is_system_word(head) && phrase.words.len() == 1
        || !phrase.plural
            && phrase.count.definite
            && !phrase.count.each
            && phrase.count.most.is_none()
            && lexicon::is_organisation_word(head)
}
