//! Noun phrases and verb groups: the pieces that a sentence is made of.

use super::lexicon::Form;
use super::tag::Tag;
use super::token::Token;

/// How many a phrase says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) least: Option<u32>,
    pub(super) most: Option<u32>,
    /// `each`, `every`
    pub(super) each: bool,
    /// `many`, `several`, `one or more`
    pub(super) many: bool,
    /// `a`, `one`, `exactly one`
    pub(super) one: bool,
    /// `the`, `this`
    pub(super) definite: bool,
    /// `no`
    pub(super) none: bool,
    /// A plural without a word of quantity.
    pub(super) bare: bool,
}

/// A noun phrase.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Phrase {
    /// Modifiers and head in lower case, the head in the singular.
    pub(super) words: Vec<String>,
    pub(super) plural: bool,
    pub(super) count: Count,
    pub(super) optional: bool,
    pub(super) unique: bool,
    /// `customer's`
    pub(super) owner: Option<Box<Phrase>>,
    /// `of birth`
    pub(super) of: Option<Box<Phrase>>,
    /// `it`, `they`
    pub(super) pronoun: bool,
    /// `its`, `their`
    pub(super) possessive: bool,
    /// The number it begins with.
    pub(super) number: Option<f64>,
    /// Tokens of the sentence, from and to.
    pub(super) tokens: (usize, usize),
    /// Was quoted.
    pub(super) quoted: bool,
    /// Bounds and units said of it.
    pub(super) bounds: Vec<String>,
    /// The two that a name joins with a dash: `distributor–principal authorization`.
    pub(super) between: Option<(String, String)>,
    /// It is an entity, as the whole text shows.
    pub(super) entity: bool,
    /// Its words are a thing elsewhere in the text, though the head is a word for information.
    pub(super) a_thing: bool,
    /// `a number of`
    pub(super) number_of: bool,
    /// Written as an identifier (`user_id`).
    pub(super) identifier: bool,
}

impl Phrase {
    pub(super) fn head(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    pub(super) fn name(&self) -> String {
        self.words.join(" ")
    }

    pub(super) fn refs(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.words.len() == 1 && self.words[0] == word
    }

    /// Says many of it.
    pub(super) fn is_many(&self) -> bool {
        self.count.many
            || self.count.most.is_some_and(|m| m > 1)
            || (self.plural && !self.count.one)
    }
}

/// A verb with its helpers.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) base: String,
    pub(super) passive: bool,
    pub(super) not: bool,
    /// `can`, `must`, `may` …
    pub(super) modal: Option<String>,
    /// `to` before it.
    pub(super) infinitive: bool,
    /// A participle after what it describes.
    pub(super) participle: bool,
    pub(super) tokens: (usize, usize),
}

/// A piece of a sentence.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    Phrase(Phrase),
    Verb(Group),
    Preposition(String),
    /// Adjectives without a noun ("is unique").
    Adjective(String),
    And,
    Or,
    Comma,
    Colon,
    Semicolon,
    Dash,
    Open,
    Close,
    Relative,
    Subordinator(String),
    Such,
    Adverb,
    Other,
}

/// A piece and the tokens it takes.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) piece: Piece,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The pieces of a sentence.
pub(super) fn pieces(tokens: &[Token], tags: &[Tag]) -> Vec<Placed> {
    let reader = Reader { tokens, tags };
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let (piece, to) = reader.piece(at);
        let to = to.max(at + 1);
        pieces.push(Placed {
            piece,
            from: at,
            to,
        });
        at = to;
    }
    pieces
}

pub(super) struct Reader<'t> {
    pub(super) tokens: &'t [Token],
    pub(super) tags: &'t [Tag],
}

impl Reader<'_> {
    pub(super) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |t| t.lower.as_str())
    }

    pub(super) fn tag(&self, at: usize) -> Option<Tag> {
        self.tags.get(at).copied()
    }

    fn piece(&self, at: usize) -> (Piece, usize) {
        if let Some((piece, to)) = self.verb_group(at) {
            return (piece, to);
        }
        if let Some((phrase, to)) = self.phrase(at, true) {
            return (Piece::Phrase(phrase), to);
        }
        let next = at + 1;
        match self.tags[at] {
            Tag::Preposition
                if matches!(self.word(at), "along" | "together") && self.word(next) == "with" =>
            {
                (Piece::And, at + 2)
            }
            Tag::Preposition => (Piece::Preposition(self.word(at).to_owned()), next),
            Tag::To => (Piece::Preposition("to".to_owned()), next),
            // `as well as`, `along with`: and.
            Tag::Adverb if self.word(at) == "well" && self.word(next) == "as" => {
                (Piece::And, at + 2)
            }
            Tag::And => (Piece::And, next),
            Tag::Or => (Piece::Or, next),
            Tag::Comma => (Piece::Comma, next),
            Tag::Colon => (Piece::Colon, next),
            Tag::Semicolon => (Piece::Semicolon, next),
            Tag::Dash => (Piece::Dash, next),
            Tag::Open => (Piece::Open, next),
            Tag::Close => (Piece::Close, next),
            Tag::Relative => (Piece::Relative, next),
            Tag::Subordinator => {
                let skip = usize::from(matches!(self.word(at), "each" | "every"));
                let word = if skip == 1 { "when" } else { self.word(at) };
                (Piece::Subordinator(word.to_owned()), next + skip)
            }
            Tag::Such => {
                let two = self.word(at) == "such";
                (Piece::Such, next + usize::from(two))
            }
            Tag::Adjective => {
                let mut to = next;
                while self.tag(to) == Some(Tag::Adjective) {
                    to += 1;
                }
                let words: Vec<&str> = (at..to).map(|i| self.word(i)).collect();
                (Piece::Adjective(words.join(" ")), to)
            }
            Tag::Adverb | Tag::Not => (Piece::Adverb, next),
            _ => (Piece::Other, next),
        }
    }

    /// A verb with helpers: `must be able to keep track of`, `is described by`.
    fn verb_group(&self, start: usize) -> Option<(Piece, usize)> {
        let mut group = Group::default();
        let mut at = start;
        let mut be = false;
        if self.tag(at) == Some(Tag::To) {
            let mut after = at + 1;
            while matches!(self.tag(after), Some(Tag::Adverb | Tag::Not)) {
                after += 1;
            }
            if !matches!(self.tag(after), Some(Tag::Verb(..) | Tag::Be)) {
                return None;
            }
            group.infinitive = true;
            at += 1;
        }
        if let Some(Tag::Participle(base, form)) = self.tag(at) {
            group.base = base.to_owned();
            group.participle = true;
            group.passive = form != Form::Ing;
            group.tokens = (start, at + 1);
            return Some((Piece::Verb(group), at + 1));
        }
        loop {
            match self.tag(at) {
                Some(Tag::Modal) => {
                    group.modal = Some(self.word(at).to_owned());
                    group.not |= matches!(
                        self.word(at),
                        "cannot"
                            | "can't"
                            | "don't"
                            | "doesn't"
                            | "isn't"
                            | "aren't"
                            | "won't"
                            | "mustn't"
                            | "shouldn't"
                            | "cant"
                    );
                    at += 1;
                }
                Some(Tag::Do) => at += 1,
                Some(Tag::Not) => {
                    group.not = true;
                    at += 1;
                }
                Some(Tag::Adverb) if at > start && !matches!(self.word(at), "etc") => {
                    // `be able to`
                    if self.word(at) == "able" && self.tag(at + 1) == Some(Tag::To) {
                        group.modal.get_or_insert_with(|| "can".to_owned());
                        be = false;
                        at += 1;
                    }
                    at += 1;
                }
                Some(Tag::Be) => {
                    be = true;
                    at += 1;
                }
                Some(Tag::To) if at > start => at += 1,
                Some(Tag::Verb(base, form)) => {
                    let passive = be && form != Form::Ing;
                    // `has been assigned`, `has assigned`
                    if base == "have" && matches!(self.tag(at + 1), Some(Tag::Be)) {
                        at += 1;
                        continue;
                    }
                    if base == "have"
                        && matches!(
                            self.tag(at + 1),
                            Some(Tag::Verb(..) | Tag::Not | Tag::Adverb)
                        )
                        && self.perfect(at + 1)
                    {
                        at += 1;
                        continue;
                    }
                    // `needs to keep`, `is required to store`: the second verb is what is said.
                    if self.tag(at + 1) == Some(Tag::To)
                        && matches!(self.tag(at + 2), Some(Tag::Verb(..) | Tag::Be))
                        && matches!(
                            base,
                            "need"
                                | "want"
                                | "have"
                                | "wish"
                                | "like"
                                | "plan"
                                | "require"
                                | "allow"
                                | "expect"
                                | "intend"
                                | "aim"
                                | "permit"
                                | "use"
                                | "suppose"
                                | "enable"
                                | "ask"
                                | "desire"
                                | "decide"
                        )
                    {
                        let modal = if matches!(base, "allow" | "permit" | "enable") {
                            "can"
                        } else {
                            "must"
                        };
                        group.modal.get_or_insert_with(|| modal.to_owned());
                        be = false;
                        at += 2;
                        continue;
                    }
                    group.base = base.to_owned();
                    group.passive = passive;
                    at += 1;
                    at = self.idiom(&mut group, at);
                    group.tokens = (start, at);
                    return Some((Piece::Verb(group), at));
                }
                _ => break,
            }
        }
        if be {
            group.base = "be".to_owned();
            at = self.idiom(&mut group, at);
            group.tokens = (start, at);
            return Some((Piece::Verb(group), at));
        }
        // `has to`, a lone modal: nothing that tells.
        None
    }

    fn perfect(&self, mut at: usize) -> bool {
        while matches!(self.tag(at), Some(Tag::Adverb | Tag::Not)) {
            at += 1;
        }
        matches!(
            self.tag(at),
            Some(Tag::Verb(_, Form::Ed | Form::Participle)) | Some(Tag::Be)
        )
    }

    /// `keep track of` is to track; `be part of` is to belong to.
    fn idiom(&self, group: &mut Group, at: usize) -> usize {
        let rest: Vec<&str> = (at..at + 4).map(|i| self.word(i)).collect();
        let (base, length) = match (group.base.as_str(), rest.as_slice()) {
            ("keep", ["track", "of", ..]) => ("track", 2),
            ("keep", ["a", "record" | "log" | "list" | "history", "of", ..]) => ("record", 3),
            ("keep", ["records", "of", ..]) => ("record", 2),
            ("take", ["care", "of", ..]) => ("care", 2),
            ("take", ["place", ..]) => ("happen", 1),
            ("make", ["up", "of", ..]) => ("consist", 2),
            ("make", ["use", "of", ..]) => ("use", 2),
            ("be", ["part", "of", ..]) => ("belong", 2),
            ("be", ["a", "part", "of"]) => ("belong", 3),
            ("be", ["a", "member", "of"]) => ("belong", 3),
            ("be", ["members", "of", ..]) => ("belong", 2),
            ("be", ["responsible", "for", ..]) => ("manage", 2),
            ("be", ["in", "charge", "of"]) => ("manage", 3),
            ("be", ["composed", "of", ..]) => ("consist", 2),
            ("fill", ["in" | "out", ..])
            | ("set" | "look" | "pick", ["up", ..])
            | ("carry" | "take" | "give" | "check", ["out", ..])
                if !matches!(self.tag(at + 1), Some(Tag::Preposition)) =>
            {
                return at + 1;
            }
            ("play", ["a", "role", "in"]) => ("play", 3),
            ("sign", ["up", "for", ..]) => ("register", 1),
            ("belong" | "refer" | "relate" | "link" | "assign" | "attach", ["back", "to", ..]) => {
                return at + 1;
            }
            _ => return at,
        };
        base.clone_into(&mut group.base);
        group.passive &= base != "consist";
        at + length
    }
}

/// `one` to `twelve`, or digits.
pub(super) fn number_of(word: &str) -> Option<u32> {
    const WORDS: &[&str] = &[
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    if let Some(at) = WORDS.iter().position(|w| *w == word) {
        return u32::try_from(at).ok();
    }
    if word == "twenty" {
        return Some(20);
    }
    word.replace(',', "").parse().ok()
}
