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
        may: bool,
    },
    /// One is a kind of the other.
    Kind {
        of: String,
        kinds: Vec<String>,
        roles: bool,
    },
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
    /// Tokens of the sentence.
    pub(super) tokens: (usize, usize),
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
    gap_event: Option<Event>,
    tokens: (usize, usize),
}

impl Facts {
    pub(super) fn push(&mut self, said: Said, confidence: u8) {
        self.facts.push(Fact {
            said,
            sentence: self.sentence,
            tokens: self.tokens,
            confidence,
        });
    }

    /// Reads the clauses of a sentence; whether anything was made of them.
    pub(super) fn read(&mut self, clauses: &[Clause]) -> bool {
        let before = self.facts.len();
        self.gap_event = None;
        let mut condition: Option<Event> = None;
        for clause in clauses {
            self.tokens = clause.tokens;
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
                    self.tie(&item.phrase, "be", Some("of"), &to, Tie::Refers, clause);
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
                    self.tie(&object.phrase, "be", Some("of"), of, Tie::Refers, clause);
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
            if !item.inside.is_empty()
                && !is_information(&item.phrase)
                && clause.verb.is_some()
                && clause
                    .subject
                    .iter()
                    .any(|s| s.phrase.tokens == item.phrase.tokens)
            {
                if item
                    .inside
                    .iter()
                    .filter(|i| looks_like_fact(&i.phrase))
                    .count()
                    * 2
                    >= item.inside.len()
                {
                    for thing in &item.inside {
                        self.has(&name, thing, 75);
                    }
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

    /// `For each visit`, `for visits`.
    fn lead_owner(&self, clause: &Clause) -> Option<Owner> {
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

    /// What a system keeps.
    fn stored(
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
            if unsaid && !looks_like_fact(&thing.phrase) && !(mostly_facts && !thing.phrase.plural)
            {
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
    fn information(&mut self, thing: &Item, outer: Option<&Owner>) {
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

    /// `An order has …`, `is described by …`, `consists of …`.
    fn having(&mut self, clause: &Clause, verb: &super::phrase::Group, lead_owner: Option<Owner>) {
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
    fn owner_of_subject(&self, phrase: &Phrase) -> Option<Owner> {
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
    fn gap(&mut self, clause: &Clause, gap: &Phrase) {
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
        && !(phrase.head() == "record"
            && phrase.words.len() > 1
            && !phrase.count.definite
            && phrase.of.is_none()
            && false)
}

/// `customer personal information`: the customer.
fn subject_of_information(phrase: &Phrase) -> Option<String> {
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
        || (phrase.count.definite
            || phrase.count.one
            || phrase.count == super::phrase::Count::default())
            && !phrase.plural
            && !phrase.count.each
            && phrase.count.most.is_none()
            && lexicon::is_organisation_word(head)
            && phrase.count.definite
}
