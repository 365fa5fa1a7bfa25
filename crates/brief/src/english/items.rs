//! Phrases with what belongs to them: lists, parentheses, prepositions and relative clauses.

use super::clause::{Clause, Item, Link, Parser};
use super::phrase::{Phrase, Piece};

fn starts_anew(phrase: &Phrase) -> bool {
    phrase.count.one || phrase.count.definite || phrase.possessive
}

impl Parser<'_> {
    /// Whether a finite verb follows the phrase at that place, so that it begins a clause.
    pub(super) fn finite_follows(&self, phrase: usize) -> bool {
        let mut at = phrase + 1;
        // Its own prepositions, parentheses and adverbs stand between.
        let mut steps = 0;
        while steps < 8 {
            steps += 1;
            match self.piece(at) {
                Some(Piece::Adverb) => at += 1,
                Some(Piece::Preposition(_))
                    if matches!(self.piece(at + 1), Some(Piece::Phrase(_))) =>
                {
                    at += 2
                }
                Some(Piece::Open) => {
                    while at < self.pieces.len() && !matches!(self.piece(at), Some(Piece::Close)) {
                        at += 1;
                    }
                    at += 1;
                }
                Some(Piece::Verb(group)) => return !group.participle && !group.infinitive,
                _ => return false,
            }
        }
        false
    }

    /// Phrases with commas and conjunctions between them.
    pub(super) fn list(&mut self, subject: bool) -> Vec<Item> {
        let mut items = Vec::new();
        if self.depth > 12 {
            self.at += 1;
            return items;
        }
        self.depth += 1;
        items.extend(self.item());
        loop {
            let before = self.at;
            let mut or = false;
            let mut joined = false;
            let mut comma = false;
            loop {
                match self.here() {
                    Some(Piece::Comma)
                        if !(self.comma_ends && !subject && self.verb_after_comma()) =>
                    {
                        comma = true;
                        joined = true;
                    }
                    Some(Piece::And) => joined = true,
                    Some(Piece::Or) => {
                        joined = true;
                        or = true;
                    }
                    Some(Piece::Adverb) if joined => {}
                    _ => break,
                }
                self.at += 1;
            }
            if !joined || items.len() > 200 {
                self.at = before;
                break;
            }
            match self.here() {
                Some(Piece::Phrase(_))
                    if subject
                        && comma
                        && items.len() == 1
                        && self.finite_follows(self.at)
                        && !self.later_than_and(before) =>
                {
                    // `Visitors, the museum says, …`: a clause of its own.
                    self.at = before;
                    break;
                }
                Some(Piece::Phrase(_))
                    if !subject
                        && (self.finite_follows(self.at)
                            || comma
                                && self.later_than_and(before)
                                && self.list_then_finite(self.at)) =>
                {
                    self.at = before;
                    break;
                }
                // Examples without articles end where an article begins: `such as a visit`, `… , and a description`.
                Some(Piece::Phrase(next))
                    if self.examples
                        && starts_anew(next)
                        && items
                            .first()
                            .is_some_and(|i: &Item| !starts_anew(&i.phrase)) =>
                {
                    self.at = before;
                    break;
                }
                Some(Piece::Phrase(_)) => {
                    let count = items.len();
                    for mut item in self.item() {
                        item.or |= or;
                        items.push(item);
                    }
                    if items.len() == count {
                        self.at = before;
                        break;
                    }
                }
                Some(Piece::Such) => {
                    self.at += 1;
                    if matches!(self.here(), Some(Piece::Phrase(_))) {
                        let examples = self.examples_list(subject);
                        if let Some(last) = items.last_mut() {
                            last.examples.extend(examples);
                        }
                    }
                }
                _ => {
                    self.at = before;
                    break;
                }
            }
        }
        if matches!(self.here(), Some(Piece::Such)) {
            self.at += 1;
            if matches!(self.here(), Some(Piece::Phrase(_))) {
                let examples = self.examples_list(subject);
                if let Some(last) = items.last_mut() {
                    last.examples.extend(examples);
                }
            }
        }
        self.depth -= 1;
        items
    }

    pub(super) fn examples_list(&mut self, subject: bool) -> Vec<Item> {
        let before = std::mem::replace(&mut self.examples, true);
        let items = self.list(subject);
        self.examples = before;
        items
    }

    pub(super) fn later_than_and(&self, before: usize) -> bool {
        (before..self.at).any(|at| matches!(self.piece(at), Some(Piece::And | Piece::Or)))
    }

    /// Whether the main clause with its verb is still to come after the comma here.
    pub(super) fn verb_after_comma(&self) -> bool {
        (self.at + 1..self.pieces.len()).any(|at| matches!(self.piece(at), Some(Piece::Verb(group)) if !group.participle && !group.infinitive))
    }

    /// A phrase with its parentheses, prepositions and relative clauses.
    pub(super) fn item(&mut self) -> Vec<Item> {
        let Some(Piece::Phrase(phrase)) = self.here() else {
            return Vec::new();
        };
        let mut item = Item {
            phrase: phrase.clone(),
            ..Item::default()
        };
        let from = self.at;
        self.at += 1;
        loop {
            match self.here() {
                Some(Piece::Open) => self.inside(&mut item),
                // What is said with `with` belongs to what was spoken of first: reviews for products with a rating.
                Some(Piece::Preposition(word)) if self.inner && word == "with" => break,
                Some(Piece::Preposition(word))
                    if matches!(self.piece(self.at + 1), Some(Piece::Phrase(_))) =>
                {
                    let word = word.clone();
                    self.at += 1;
                    let lists = matches!(
                        word.as_str(),
                        "with" | "between" | "among" | "by" | "about" | "for"
                    );
                    let before = self.inner;
                    self.inner = word != "with";
                    let items = if lists && !self.comma_ends {
                        self.list(false)
                    } else {
                        self.item()
                    };
                    self.inner = before;
                    item.with.push((word, items));
                }
                Some(Piece::Verb(group)) if group.participle => {
                    let mut inner = Clause {
                        link: Link::Relative,
                        subject: vec![item.clone()],
                        ..Clause::default()
                    };
                    let start = self.at;
                    self.reduced(&mut inner);
                    inner.tokens = (self.token(start), self.token(self.at));
                    self.clauses.push(inner);
                }
                Some(Piece::Relative) => self.relative(&item),
                // `cars, each of which has …`
                Some(Piece::Comma) if self.each_of_which() => {
                    self.at += 3;
                    self.relative(&item);
                }
                Some(Piece::Comma) if matches!(self.piece(self.at + 1), Some(Piece::Relative)) => {
                    self.at += 1;
                    self.relative(&item);
                    if matches!(self.here(), Some(Piece::Comma))
                        && matches!(self.piece(self.at + 1), Some(Piece::Verb(_)))
                    {
                        self.at += 1;
                    }
                }
                // `Guests, with name and email, can …`; `cinemas, each with a name`
                Some(Piece::Comma) if self.with_after_comma() => {
                    let skip = if matches!(self.piece(self.at + 1), Some(Piece::Preposition(_))) {
                        2
                    } else {
                        3
                    };
                    // `each of which has …`
                    self.at += skip;
                    let each = skip == 3;
                    let items = self.list(false);
                    item.with
                        .push((if each { "each with" } else { "with" }.to_owned(), items));
                    if matches!(self.here(), Some(Piece::Comma))
                        && matches!(self.piece(self.at + 1), Some(Piece::Verb(_)))
                    {
                        self.at += 1;
                    }
                }
                // `the hours an employee works`
                Some(Piece::Phrase(_))
                    if self.finite_follows(self.at) && self.at > from && !self.comma_ends =>
                {
                    let Some(Piece::Phrase(actor)) = self.here() else {
                        break;
                    };
                    let mut inner = Clause {
                        link: Link::Gap(Box::new(item.phrase.clone())),
                        subject: vec![Item {
                            phrase: actor.clone(),
                            ..Item::default()
                        }],
                        ..Clause::default()
                    };
                    let start = self.at;
                    self.at += 1;
                    while matches!(self.here(), Some(Piece::Adverb)) {
                        self.at += 1;
                    }
                    self.reduced(&mut inner);
                    inner.tokens = (self.token(start), self.token(self.at));
                    self.clauses.push(inner);
                }
                _ => break,
            }
        }
        vec![item]
    }

    pub(super) fn each_of_which(&self) -> bool {
        matches!(self.piece(self.at + 1), Some(Piece::Phrase(p)) if p.pronoun)
            && matches!(self.piece(self.at + 2), Some(Piece::Preposition(word)) if word == "of")
            && matches!(self.piece(self.at + 3), Some(Piece::Relative))
    }

    /// Whether phrases in a list, and then a finite verb, follow: a clause with a list as its subject.
    pub(super) fn list_then_finite(&self, from: usize) -> bool {
        for at in from..self.pieces.len() {
            match self.piece(at) {
                Some(
                    Piece::Phrase(_)
                    | Piece::Comma
                    | Piece::And
                    | Piece::Or
                    | Piece::Preposition(_)
                    | Piece::Adverb
                    | Piece::Open
                    | Piece::Close,
                ) => {}
                Some(Piece::Verb(group)) => return !group.participle && !group.infinitive,
                _ => return false,
            }
        }
        false
    }

    pub(super) fn with_after_comma(&self) -> bool {
        let is_with =
            |at: usize| matches!(self.piece(at), Some(Piece::Preposition(word)) if word == "with");
        if is_with(self.at + 1) {
            return matches!(self.piece(self.at + 2), Some(Piece::Phrase(_))) && !self.comma_ends;
        }
        matches!(self.piece(self.at + 1), Some(Piece::Phrase(p)) if p.pronoun)
            && is_with(self.at + 2)
            && matches!(self.piece(self.at + 3), Some(Piece::Phrase(_)))
    }

    /// The predicate of a reduced clause, which takes what follows up to a comma or another verb.
    pub(super) fn reduced(&mut self, clause: &mut Clause) {
        let Some(Piece::Verb(group)) = self.here() else {
            return;
        };
        clause.verb = Some(group.clone());
        self.at += 1;
        loop {
            match self.here() {
                Some(Piece::Preposition(word))
                    if matches!(self.piece(self.at + 1), Some(Piece::Phrase(_))) =>
                {
                    let word = word.clone();
                    self.at += 1;
                    let items = self.item();
                    clause.with.push((word, items));
                }
                Some(Piece::Phrase(_)) if clause.objects.is_empty() => {
                    let takes_list = matches!(
                        clause.base(),
                        "include"
                            | "contain"
                            | "consist"
                            | "have"
                            | "list"
                            | "specify"
                            | "show"
                            | "indicate"
                    );
                    clause.objects = if takes_list {
                        self.list(false)
                    } else {
                        self.item()
                    };
                }
                Some(Piece::Adverb) => self.at += 1,
                Some(Piece::Adjective(word)) => {
                    clause.adjective.get_or_insert_with(|| word.clone());
                    self.at += 1;
                }
                _ => return,
            }
        }
    }

    /// `which has a name`, up to where the clause around it goes on.
    pub(super) fn relative(&mut self, item: &Item) {
        self.at += 1;
        let from = self.at;
        let mut clause = Clause {
            link: Link::Relative,
            ..Clause::default()
        };
        while matches!(self.here(), Some(Piece::Adverb)) {
            self.at += 1;
        }
        match self.here() {
            Some(Piece::Verb(group)) => {
                let brief = group.base == "be" || group.passive;
                clause.subject = vec![item.clone()];
                if brief {
                    self.reduced(&mut clause);
                } else {
                    self.predicate(&mut clause);
                }
            }
            Some(Piece::Phrase(actor))
                if matches!(
                    self.piece(self.at + 1),
                    Some(Piece::Verb(_) | Piece::Adverb)
                ) =>
            {
                clause.link = Link::Gap(Box::new(item.phrase.clone()));
                clause.subject = vec![Item {
                    phrase: actor.clone(),
                    ..Item::default()
                }];
                self.at += 1;
                while matches!(self.here(), Some(Piece::Adverb)) {
                    self.at += 1;
                }
                self.reduced(&mut clause);
            }
            _ => return,
        }
        clause.tokens = (self.token(from), self.token(self.at));
        self.clauses.push(clause);
    }

    /// The parts of a list in parentheses, as they are written.
    pub(super) fn listed(&self, open: usize) -> Vec<String> {
        let from = self.pieces.get(open).map_or(0, |p| p.to);
        let mut values = vec![String::new()];
        for token in self.tokens.iter().skip(from) {
            match token.lower.as_str() {
                ")" => break,
                "," | "or" | "and" | "/" | ";" => values.push(String::new()),
                word => {
                    if let Some(last) = values.last_mut() {
                        if !last.is_empty() {
                            last.push(' ');
                        }
                        last.push_str(word);
                    }
                }
            }
        }
        values.retain(|v| !v.is_empty());
        values
    }

    /// What stands in parentheses.
    pub(super) fn inside(&mut self, item: &mut Item) {
        item.listed = self.listed(self.at);
        self.at += 1;
        let before = self.comma_ends;
        self.comma_ends = false;
        while self.at < self.pieces.len() && !matches!(self.here(), Some(Piece::Close)) {
            match self.here() {
                Some(Piece::Phrase(_)) => {
                    let items = self.list(true);
                    item.inside.extend(items);
                }
                Some(Piece::Adjective(word)) => {
                    let word = word.clone();
                    match word.as_str() {
                        "unique" => item.phrase.unique = true,
                        "optional" => item.phrase.optional = true,
                        _ => item.inside.push(Item {
                            phrase: Phrase {
                                words: word.split(' ').map(str::to_owned).collect(),
                                tokens: (self.token(self.at), self.token(self.at + 1)),
                                ..Phrase::default()
                            },
                            ..Item::default()
                        }),
                    }
                    self.at += 1;
                }
                Some(Piece::Verb(group)) => {
                    // `(sent, received)`: participles are values.
                    let word = group.base.clone();
                    let tokens = group.tokens;
                    item.inside.push(Item {
                        phrase: Phrase {
                            words: vec![word],
                            tokens,
                            ..Phrase::default()
                        },
                        ..Item::default()
                    });
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        if matches!(self.here(), Some(Piece::Close)) {
            self.at += 1;
        }
        self.comma_ends = before;
    }
}
