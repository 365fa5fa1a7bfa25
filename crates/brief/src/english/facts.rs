//! What clauses say, as facts: who has what, who does what to whom. Nothing is decided here about what is an
//! entity and what an attribute.

use super::clause::{Clause, Item, Link};
use super::lexicon;
use super::phrase::Phrase;
pub(super) use super::speech::{
    is_information, looks_like_fact, speaks_of_system, subject_of_information, table_name,
};

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
}
