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

pub(super) struct Parser<'p> {
    pub(super) pieces: &'p [Placed],
    pub(super) tokens: &'p [Token],
    pub(super) at: usize,
    pub(super) clauses: Vec<Clause>,
    pub(super) depth: usize,
    /// A comma ends lists: in a condition or a lead before the main clause.
    pub(super) comma_ends: bool,
    /// Inside what follows `such as`.
    pub(super) examples: bool,
    /// Inside what follows a preposition.
    pub(super) inner: bool,
}

impl Parser<'_> {
    pub(super) fn piece(&self, at: usize) -> Option<&Piece> {
        self.pieces.get(at).map(|p| &p.piece)
    }

    pub(super) fn here(&self) -> Option<&Piece> {
        self.piece(self.at)
    }

    pub(super) fn token(&self, at: usize) -> usize {
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
            | Piece::Adverb
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
    pub(super) fn verb_ahead(&self) -> bool {
        for at in self.at..self.pieces.len() {
            match self.piece(at) {
                Some(Piece::Comma | Piece::Semicolon | Piece::Relative) => return false,
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
    pub(super) fn predicate(&mut self, clause: &mut Clause) {
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
                Some(Piece::Adverb | Piece::Open | Piece::Close | Piece::Other) => self.at += 1,
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
                (Some(Piece::Adverb), Some(Piece::Such))
            )
    }
}
