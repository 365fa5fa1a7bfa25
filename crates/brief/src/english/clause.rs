//! Clauses: who does what to whom, with lists, relative clauses and what stands in parentheses.

use super::phrase::{Group, Phrase, Piece, Placed};
use super::token::Token;

/// A phrase with what belongs to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    pub(super) phrase: Phrase,
    /// What stands in parentheses after it.
    pub(super) inside: Vec<Item>,
    /// The values in the parentheses as they are written, when they are a list.
    pub(super) listed: Vec<String>,
    /// What follows `such as`, `including` or a colon.
    pub(super) examples: Vec<Item>,
    /// What follows with a preposition.
    pub(super) with: Vec<(String, Vec<Item>)>,
    /// Began after `or`.
    pub(super) or: bool,
}

/// How a clause is tied to others.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Link {
    #[default]
    Main,
    /// `if`, `when`, …
    Condition(String),
    /// A relative clause; its subject is what it describes.
    Relative,
    /// A relative clause whose gap is what it describes ("the hours an employee works").
    Gap(Box<Phrase>),
}

/// A clause.
#[derive(Debug, Clone, Default)]
pub(super) struct Clause {
    pub(super) link: Link,
    /// What it begins with: `For each visit, …`.
    pub(super) lead: Vec<(String, Vec<Item>)>,
    pub(super) subject: Vec<Item>,
    pub(super) verb: Option<Group>,
    /// `unique`, `optional` after `be`.
    pub(super) adjective: Option<String>,
    pub(super) objects: Vec<Item>,
    /// What follows the verb with a preposition.
    pub(super) with: Vec<(String, Vec<Item>)>,
    /// A colon or dash stood for the verb.
    pub(super) colon: bool,
    /// Tokens of the sentence.
    pub(super) tokens: (usize, usize),
}

impl Clause {
    /// Everything said with a preposition, whatever it was attached to.
    pub(super) fn all_with(&self) -> impl Iterator<Item = &(String, Vec<Item>)> {
        self.with
            .iter()
            .chain(self.objects.iter().flat_map(|o| o.with.iter()))
            .chain(self.lead.iter())
    }

    pub(super) fn base(&self) -> &str {
        self.verb.as_ref().map_or("", |v| v.base.as_str())
    }
}

/// The clauses of a sentence.
pub(super) fn clauses(pieces: &[Placed], tokens: &[Token]) -> Vec<Clause> {
    let mut parser = Parser {
        pieces,
        tokens,
        at: 0,
        clauses: Vec::new(),
        depth: 0,
        comma_ends: false,
        inner: false,
        examples: false,
    };
    parser.sentence();
    parser.clauses
}

fn starts_anew(phrase: &Phrase) -> bool {
    phrase.count.one || phrase.count.definite || phrase.possessive
}

struct Parser<'p> {
    pieces: &'p [Placed],
    tokens: &'p [Token],
    at: usize,
    clauses: Vec<Clause>,
    depth: usize,
    /// A comma ends lists: in a condition or a lead before the main clause.
    comma_ends: bool,
    /// Inside what follows `such as`.
    examples: bool,
    /// Inside what follows a preposition.
    inner: bool,
}

impl Parser<'_> {
    fn piece(&self, at: usize) -> Option<&Piece> {
        self.pieces.get(at).map(|p| &p.piece)
    }

    fn here(&self) -> Option<&Piece> {
        self.piece(self.at)
    }

    fn token(&self, at: usize) -> usize {
        self.pieces
            .get(at)
            .map_or_else(|| self.pieces.last().map_or(0, |p| p.to), |p| p.from)
    }

    fn sentence(&mut self) {
        let mut subject: Vec<Item> = Vec::new();
        while self.at < self.pieces.len() {
            let start = self.at;
            self.clause(&mut subject);
            if self.at == start {
                self.at += 1;
            }
        }
    }

    fn skip_joints(&mut self) {
        while let Some(
            Piece::And
            | Piece::Or
            | Piece::Comma
            | Piece::Semicolon
            | Piece::Adverb(_)
            | Piece::Other
            | Piece::Dash
            | Piece::Close
            | Piece::Open,
        ) = self.here()
        {
            self.at += 1;
        }
    }

    /// One clause; `subject` is that of the clause before, and becomes this one's.
    fn clause(&mut self, subject: &mut Vec<Item>) {
        self.skip_joints();
        let from = self.at;
        let mut clause = Clause::default();
        if let Some(Piece::Subordinator(word)) = self.here() {
            clause.link = Link::Condition(word.clone());
            self.at += 1;
        }
        let condition = matches!(clause.link, Link::Condition(_));
        self.comma_ends = condition;
        while let Some(lead) = self.lead() {
            clause.lead.push(lead);
            self.comma_ends = condition;
        }
        if matches!(self.here(), Some(Piece::Phrase(_))) {
            clause.subject = self.list(true);
        }
        match self.here() {
            Some(Piece::Verb(_)) => {
                if clause.subject.is_empty() {
                    clause.subject.clone_from(subject);
                }
                self.predicate(&mut clause);
            }
            Some(Piece::Colon | Piece::Dash) if !clause.subject.is_empty() => {
                self.at += 1;
                clause.colon = true;
                if matches!(self.here(), Some(Piece::Phrase(_))) && !self.verb_ahead() {
                    clause.objects = self.list(false);
                }
            }
            _ => {}
        }
        clause.tokens = (self.token(from), self.token(self.at));
        if condition {
            // What follows the condition begins anew.
            if matches!(self.here(), Some(Piece::Comma)) {
                self.at += 1;
            }
        }
        self.comma_ends = false;
        let has_subject = clause.verb.is_some() && !clause.subject.is_empty();
        if clause.verb.is_some() || !clause.subject.is_empty() || !clause.lead.is_empty() {
            if has_subject {
                subject.clone_from(&clause.subject);
            }
            self.clauses.push(clause);
        }
    }

    /// Whether a finite verb comes before the next comma, so that a clause and no list follows.
    fn verb_ahead(&self) -> bool {
        for at in self.at..self.pieces.len() {
            match self.piece(at) {
                Some(Piece::Comma | Piece::Semicolon | Piece::Relative(_)) => return false,
                Some(Piece::Verb(group)) if !group.participle && !group.infinitive => return true,
                _ => {}
            }
        }
        false
    }

    /// `For each visit,`
    fn lead(&mut self) -> Option<(String, Vec<Item>)> {
        let Some(Piece::Preposition(word)) = self.here() else {
            return None;
        };
        let word = word.clone();
        if !matches!(self.piece(self.at + 1), Some(Piece::Phrase(_))) {
            self.at += 1;
            return Some((word, Vec::new()));
        }
        self.at += 1;
        let before = self.comma_ends;
        self.comma_ends = true;
        let items = self.list(false);
        self.comma_ends = before;
        while matches!(self.here(), Some(Piece::Comma)) {
            self.at += 1;
        }
        Some((word, items))
    }

    /// The verb and what follows it, up to where another clause begins.
    fn predicate(&mut self, clause: &mut Clause) {
        let Some(Piece::Verb(group)) = self.here() else {
            return;
        };
        clause.verb = Some(group.clone());
        self.at += 1;
        loop {
            match self.here() {
                Some(Piece::Phrase(_))
                    if clause.objects.is_empty() || !self.finite_follows(self.at) =>
                {
                    let items = self.list(false);
                    clause.objects.extend(items);
                }
                Some(Piece::Adjective(word)) => {
                    clause.adjective.get_or_insert_with(|| word.clone());
                    self.at += 1;
                }
                Some(Piece::Adverb(_) | Piece::Open | Piece::Close | Piece::Other) => self.at += 1,
                Some(Piece::Preposition(word)) => {
                    let word = word.clone();
                    self.at += 1;
                    if matches!(self.here(), Some(Piece::Phrase(_))) {
                        let items = self.list(false);
                        clause.with.push((word, items));
                    }
                }
                Some(Piece::Such) => {
                    self.at += 1;
                    if matches!(self.here(), Some(Piece::Phrase(_))) {
                        let examples = self.examples_list(false);
                        match clause.objects.last_mut() {
                            Some(last) => last.examples.extend(examples),
                            None => clause.objects.extend(examples),
                        }
                    }
                }
                Some(Piece::Colon | Piece::Dash) => {
                    self.at += 1;
                    if matches!(self.here(), Some(Piece::Phrase(_)))
                        && !self.verb_ahead()
                        && !self.list_then_finite(self.at)
                    {
                        let examples = self.examples_list(false);
                        match clause.objects.last_mut() {
                            Some(last) => last.examples.extend(examples),
                            None => clause.objects.extend(examples),
                        }
                    } else {
                        return;
                    }
                }
                Some(Piece::Comma) if self.continues_after_comma() => self.at += 1,
                // `belongs to one operator and to one principal`
                Some(Piece::And | Piece::Or)
                    if matches!(self.piece(self.at + 1), Some(Piece::Preposition(_)))
                        && matches!(self.piece(self.at + 2), Some(Piece::Phrase(_)))
                        && !self.finite_follows(self.at + 2) =>
                {
                    self.at += 1;
                }
                // `allow employees to create orders`
                Some(Piece::Verb(group))
                    if group.infinitive
                        || group.participle
                        || matches!(clause.base(), "let" | "help")
                            && !clause.objects.is_empty() =>
                {
                    let mut inner = Clause {
                        link: Link::Relative,
                        ..Clause::default()
                    };
                    let of_object = group.participle
                        || matches!(
                            clause.base(),
                            "allow"
                                | "enable"
                                | "let"
                                | "permit"
                                | "help"
                                | "require"
                                | "ask"
                                | "invite"
                                | "support"
                        );
                    inner.subject = if of_object && !clause.objects.is_empty() {
                        clause.objects.iter().rev().take(1).cloned().collect()
                    } else {
                        clause.subject.clone()
                    };
                    let from = self.at;
                    self.predicate(&mut inner);
                    inner.tokens = (self.token(from), self.token(self.at));
                    self.clauses.push(inner);
                }
                _ => return,
            }
        }
    }

    /// Whether what follows a comma still belongs to this predicate: `, with …`, `, such as …`.
    fn continues_after_comma(&self) -> bool {
        matches!(self.piece(self.at + 1), Some(Piece::Such))
            || (!self.comma_ends
                && matches!(self.piece(self.at + 1), Some(Piece::Preposition(_)))
                && matches!(self.piece(self.at + 2), Some(Piece::Phrase(_))))
            || matches!(
                (self.piece(self.at + 1), self.piece(self.at + 2)),
                (Some(Piece::Adverb(_)), Some(Piece::Such))
            )
    }

    /// Whether a finite verb follows the phrase at that place, so that it begins a clause.
    fn finite_follows(&self, phrase: usize) -> bool {
        let mut at = phrase + 1;
        // Its own prepositions, parentheses and adverbs stand between.
        let mut steps = 0;
        while steps < 8 {
            steps += 1;
            match self.piece(at) {
                Some(Piece::Adverb(_)) => at += 1,
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
    fn list(&mut self, subject: bool) -> Vec<Item> {
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
                    Some(Piece::Adverb(_)) if joined => {}
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

    fn examples_list(&mut self, subject: bool) -> Vec<Item> {
        let before = std::mem::replace(&mut self.examples, true);
        let items = self.list(subject);
        self.examples = before;
        items
    }

    fn later_than_and(&self, before: usize) -> bool {
        (before..self.at).any(|at| matches!(self.piece(at), Some(Piece::And | Piece::Or)))
    }

    /// Whether the main clause with its verb is still to come after the comma here.
    fn verb_after_comma(&self) -> bool {
        (self.at + 1..self.pieces.len()).any(|at| matches!(self.piece(at), Some(Piece::Verb(group)) if !group.participle && !group.infinitive))
    }

    /// A phrase with its parentheses, prepositions and relative clauses.
    fn item(&mut self) -> Vec<Item> {
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
                Some(Piece::Relative(_)) => self.relative(&item),
                // `cars, each of which has …`
                Some(Piece::Comma) if self.each_of_which() => {
                    self.at += 3;
                    self.relative(&item);
                }
                Some(Piece::Comma)
                    if matches!(self.piece(self.at + 1), Some(Piece::Relative(_))) =>
                {
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
                    while matches!(self.here(), Some(Piece::Adverb(_))) {
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

    fn each_of_which(&self) -> bool {
        matches!(self.piece(self.at + 1), Some(Piece::Phrase(p)) if p.pronoun)
            && matches!(self.piece(self.at + 2), Some(Piece::Preposition(word)) if word == "of")
            && matches!(self.piece(self.at + 3), Some(Piece::Relative(_)))
    }

    /// Whether phrases in a list, and then a finite verb, follow: a clause with a list as its subject.
    fn list_then_finite(&self, from: usize) -> bool {
        for at in from..self.pieces.len() {
            match self.piece(at) {
                Some(
                    Piece::Phrase(_)
                    | Piece::Comma
                    | Piece::And
                    | Piece::Or
                    | Piece::Preposition(_)
                    | Piece::Adverb(_)
                    | Piece::Open
                    | Piece::Close,
                ) => {}
                Some(Piece::Verb(group)) => return !group.participle && !group.infinitive,
                _ => return false,
            }
        }
        false
    }

    fn with_after_comma(&self) -> bool {
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
    fn reduced(&mut self, clause: &mut Clause) {
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
                Some(Piece::Adverb(_)) => self.at += 1,
                Some(Piece::Adjective(word)) => {
                    clause.adjective.get_or_insert_with(|| word.clone());
                    self.at += 1;
                }
                _ => return,
            }
        }
    }

    /// `which has a name`, up to where the clause around it goes on.
    fn relative(&mut self, item: &Item) {
        self.at += 1;
        let from = self.at;
        let mut clause = Clause {
            link: Link::Relative,
            ..Clause::default()
        };
        while matches!(self.here(), Some(Piece::Adverb(_))) {
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
                    Some(Piece::Verb(_) | Piece::Adverb(_))
                ) =>
            {
                clause.link = Link::Gap(Box::new(item.phrase.clone()));
                clause.subject = vec![Item {
                    phrase: actor.clone(),
                    ..Item::default()
                }];
                self.at += 1;
                while matches!(self.here(), Some(Piece::Adverb(_))) {
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
    fn listed(&self, open: usize) -> Vec<String> {
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
    fn inside(&mut self, item: &mut Item) {
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
