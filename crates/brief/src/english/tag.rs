//! Parts of speech: what each word of a sentence is there, from word lists, endings and neighbours.

use super::lexicon::{self, Form};
use super::token::{Token, TokenKind};

/// A part of speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Determiner,
    Quantity,
    Adjective,
    Noun,
    /// A finite verb or infinitive; its base form.
    Verb(&'static str, Form),
    /// A participle after what it describes ("products sold by").
    Participle(&'static str, Form),
    Modal,
    Be,
    Do,
    Not,
    To,
    Preposition,
    And,
    Or,
    Pronoun,
    Relative,
    Subordinator,
    Adverb,
    /// `'s`
    Own,
    /// `such as`, `including`
    Such,
    Comma,
    Colon,
    Semicolon,
    Dash,
    Open,
    Close,
    Other,
}

/// The tags of a sentence's tokens.
pub(super) fn tags(tokens: &[Token]) -> Vec<Tag> {
    let mut tagger = Tagger {
        tokens,
        tags: Vec::with_capacity(tokens.len()),
        seen_verb: false,
    };
    for at in 0..tokens.len() {
        let tag = tagger.tag(at);
        match tag {
            Tag::Verb(..) | Tag::Be => tagger.seen_verb = true,
            Tag::Semicolon | Tag::Colon | Tag::Relative | Tag::Subordinator | Tag::And => {
                tagger.seen_verb = false
            }
            _ => {}
        }
        tagger.tags.push(tag);
    }
    tagger.tags
}

struct Tagger<'t> {
    tokens: &'t [Token],
    tags: Vec<Tag>,
    /// Whether the clause has had its verb.
    seen_verb: bool,
}

impl Tagger<'_> {
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |t| t.lower.as_str())
    }

    fn previous(&self) -> Option<Tag> {
        self.tags.last().copied()
    }

    fn tag(&self, at: usize) -> Tag {
        let token = &self.tokens[at];
        if token.kind == TokenKind::Mark {
            return mark(&token.lower);
        }
        if token.kind == TokenKind::Number {
            return Tag::Quantity;
        }
        if let Some(tag) = self.function_word(at) {
            return tag;
        }
        if token.lower.contains('_') {
            return Tag::Noun;
        }
        // A name in the middle of a sentence, as of a product.
        if let Some((base, form)) = lexicon::verb_form(&token.lower) {
            return self.verb(at, base, form);
        }
        if lexicon::ADJECTIVES.contains(token.lower.as_str()) {
            return Tag::Adjective;
        }
        if token.lower.ends_with("ly")
            && token.lower.len() > 4
            && !matches!(
                token.lower.as_str(),
                "family" | "supply" | "assembly" | "anomaly" | "monopoly" | "reply" | "july"
            )
        {
            return Tag::Adverb;
        }
        if looks_adjective(&token.lower) && self.starts_phrase(at + 1) {
            return Tag::Adjective;
        }
        Tag::Noun
    }

    fn function_word(&self, at: usize) -> Option<Tag> {
        let next = self.word(at + 1);
        Some(match self.word(at) {
            "a" | "an" | "the" | "this" | "these" | "those" | "its" | "their" | "his" | "our"
            | "my" | "your" | "whose" => Tag::Determiner,
            "her" => Tag::Determiner,
            "each" | "every" if matches!(next, "time") => Tag::Subordinator,
            "each" | "every" | "all" | "any" | "some" | "many" | "several" | "multiple"
            | "most" | "few" | "various" | "numerous" | "both" | "no" | "one" | "two" | "three"
            | "four" | "five" | "six" | "seven" | "eight" | "nine" | "ten" | "eleven"
            | "twelve" | "twenty" | "more" | "zero" | "neither" | "none" | "another"
            | "exactly" | "least" | "single" | "much" | "half" | "half-a-dozen" | "dozen"
            | "different" => Tag::Quantity,
            "either" => Tag::Adverb,
            "of" | "in" | "on" | "at" | "by" | "for" | "from" | "with" | "within" | "without"
            | "about" | "into" | "onto" | "under" | "between" | "among" | "during" | "through"
            | "via" | "per" | "against" | "across" | "around" | "after" | "before" | "upon"
            | "towards" | "toward" | "as" | "than" | "over" | "along" | "throughout" | "up"
            | "out" | "off" | "except" | "regarding" | "concerning" | "besides" | "behind"
            | "beside" | "beyond" | "down" | "plus" | "inside" | "outside" | "near"
            | "alongside" | "above" | "below" => Tag::Preposition,
            "and" | "&" | "but" | "then" => Tag::And,
            "or" | "nor" => Tag::Or,
            "to" => Tag::To,
            "not" | "never" | "cannot" | "n't" | "can't" | "don't" | "doesn't" | "isn't"
            | "aren't" | "won't" | "mustn't" | "shouldn't" => match self.word(at) {
                "not" | "never" | "n't" => Tag::Not,
                _ => Tag::Modal,
            },
            "can" | "could" | "may" | "might" | "must" | "shall" | "should" | "will" | "would"
            | "cant" => Tag::Modal,
            "is" | "are" | "was" | "were" | "be" | "been" | "being" | "am" => Tag::Be,
            "does" | "do" | "did" => Tag::Do,
            "it" | "they" | "he" | "she" | "we" | "you" | "i" | "them" | "him" | "us"
            | "themselves" | "itself" => Tag::Pronoun,
            "which" | "who" | "whom" => Tag::Relative,
            "that" => match self.previous() {
                Some(Tag::Noun | Tag::Close | Tag::Comma | Tag::Quantity | Tag::Pronoun) => {
                    Tag::Relative
                }
                Some(Tag::Verb(..) | Tag::Participle(..) | Tag::Be)
                    if !self.starts_phrase(at + 1) =>
                {
                    Tag::Pronoun
                }
                Some(Tag::Verb(..)) => Tag::Subordinator,
                _ => Tag::Determiner,
            },
            "where" | "whereby" => Tag::Relative,
            "if" | "when" | "whenever" | "while" | "because" | "although" | "though" | "unless"
            | "until" | "once" | "since" | "whereas" | "how" | "why" | "what" => Tag::Subordinator,
            "whether" => Tag::Subordinator,
            "such" if next == "as" => Tag::Such,
            "including" | "includes" if self.previous() == Some(Tag::Comma) => Tag::Such,
            "including" | "namely" => Tag::Such,
            "like" if self.lists_examples(at) => Tag::Such,
            "also" | "only" | "too" | "usually" | "often" | "always" | "sometimes"
            | "currently" | "even" | "very" | "just" | "still" | "already" | "again"
            | "however" | "therefore" | "thus" | "moreover" | "furthermore" | "additionally"
            | "there" | "here" | "etc" | "e.g" | "later" | "soon" | "together" | "back"
            | "finally" | "instead" | "well" | "so" | "now" | "yet" | "ever" | "far"
            | "long-term" | "must-have" | "able" | "then," => Tag::Adverb,
            _ => return None,
        })
    }

    /// `information like name, address`: examples rather than affection.
    fn lists_examples(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|i| self.word(i)).unwrap_or("");
        matches!(
            before,
            "," | "information"
                | "details"
                | "data"
                | "info"
                | "attributes"
                | "fields"
                | "things"
                | "items"
        ) || (self.seen_verb && self.previous() == Some(Tag::Noun))
    }

    /// Whether a noun phrase could begin there.
    fn starts_phrase(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else {
            return false;
        };
        if token.kind == TokenKind::Number {
            return true;
        }
        if token.kind == TokenKind::Mark {
            return false;
        }
        match self.function_word(at) {
            Some(tag) => matches!(tag, Tag::Determiner | Tag::Quantity | Tag::Pronoun),
            None => match lexicon::verb_form(&token.lower) {
                Some((base, form)) => {
                    let noun = lexicon::verb(base).is_some_and(|v| v.noun);
                    noun || matches!(form, Form::Ing | Form::Ed)
                }
                None => true,
            },
        }
    }

    /// Whether a finite verb follows before the next mark.
    fn finite_later(&self, at: usize) -> bool {
        for later in at..self.tokens.len() {
            let token = &self.tokens[later];
            if token.kind == TokenKind::Mark && !token.is("'s") {
                return false;
            }
            match self.function_word(later) {
                Some(Tag::Modal | Tag::Be | Tag::Do) => return true,
                // Their verb is another clause's.
                Some(Tag::And | Tag::Relative | Tag::Subordinator) => return false,
                Some(_) => continue,
                None => {}
            }
            if let Some((base, form)) = lexicon::verb_form(&token.lower)
                && matches!(form, Form::Base | Form::Third)
                && (base == "have" || !lexicon::verb(base).is_some_and(|v| v.noun))
            {
                return true;
            }
        }
        false
    }

    fn verb(&self, at: usize, base: &'static str, form: Form) -> Tag {
        match form {
            Form::Base | Form::Third => self.finite(at, base, form),
            Form::Past => Tag::Verb(base, form),
            Form::Ed | Form::Participle => self.ed(at, base, form),
            Form::Ing => self.ing(at, base),
        }
    }

    fn finite(&self, at: usize, base: &'static str, form: Form) -> Tag {
        let verb = Tag::Verb(base, form);
        let may_be_noun = lexicon::verb(base).is_some_and(|v| v.noun);
        match self.previous_but_adverbs() {
            Some(Tag::Modal | Tag::To | Tag::Do | Tag::Pronoun | Tag::Relative) => return verb,
            Some(Tag::Not) => return verb,
            Some(Tag::Determiner | Tag::Quantity | Tag::Adjective | Tag::Own) if may_be_noun => {
                return Tag::Noun;
            }
            Some(Tag::Preposition | Tag::Such | Tag::Be) if may_be_noun => return Tag::Noun,
            Some(Tag::Determiner | Tag::Own) => return Tag::Noun,
            _ => {}
        }
        // `join date`, `start time`: before a fact, it says which.
        let before_fact = form == Form::Base
            && matches!(
                self.previous(),
                Some(Tag::Comma | Tag::And | Tag::Open | Tag::Determiner | Tag::Colon | Tag::Noun)
            )
            && lexicon::attribute_type(&[self.word(at + 1)]).is_some()
            && lexicon::verb_form(self.word(at + 1))
                .is_none_or(|(b, _)| lexicon::verb(b).is_some_and(|v| v.noun));
        let plain = lexicon::verb(base).is_some_and(|v| !v.has && !v.stores);
        if before_fact && plain && (self.previous() != Some(Tag::Noun) || self.seen_verb) {
            return Tag::Noun;
        }
        if !may_be_noun {
            return verb;
        }
        // `can view orders and rate products`
        if form == Form::Base
            && self.previous() == Some(Tag::And)
            && self.tags.contains(&Tag::Modal)
            && self.starts_phrase(at + 1)
            && lexicon::is_plural(self.word(at + 1))
            && !self.finite_later(at + 1)
        {
            return verb;
        }
        // The base form is the singular of a noun, the third person its plural.
        let follows_plural = at > 0 && lexicon::is_plural(self.word(at - 1));
        let agrees = (form == Form::Base) == follows_plural;
        match self.previous() {
            None => {
                let imperative =
                    form == Form::Base && self.starts_phrase(at + 1) && !self.finite_later(at + 1);
                if imperative { verb } else { Tag::Noun }
            }
            Some(Tag::Noun | Tag::Close | Tag::Adverb) if !self.seen_verb && agrees => {
                let next_opens = self.starts_phrase(at + 1)
                    || matches!(self.function_word(at + 1), Some(Tag::Preposition | Tag::To));
                if next_opens && !self.finite_later(at + 1) {
                    verb
                } else {
                    Tag::Noun
                }
            }
            Some(Tag::And) => {
                let definite = matches!(
                    self.function_word(at + 1),
                    Some(Tag::Determiner | Tag::Quantity)
                );
                if definite && !self.finite_later(at + 1) {
                    verb
                } else {
                    Tag::Noun
                }
            }
            Some(Tag::Comma | Tag::Colon) if form == Form::Base => {
                let definite = matches!(
                    self.function_word(at + 1),
                    Some(Tag::Determiner | Tag::Quantity)
                );
                if definite && !self.finite_later(at + 1) {
                    verb
                } else {
                    Tag::Noun
                }
            }
            _ => Tag::Noun,
        }
    }

    fn previous_but_adverbs(&self) -> Option<Tag> {
        self.tags.iter().rev().copied().find(|t| *t != Tag::Adverb)
    }

    fn ed(&self, at: usize, base: &'static str, form: Form) -> Tag {
        match self.previous_but_adverbs() {
            Some(Tag::Be | Tag::Not | Tag::Modal) => return Tag::Verb(base, form),
            Some(Tag::Verb("have", _)) => {
                let opens = self.starts_phrase(at + 1)
                    && !matches!(
                        self.function_word(at + 1),
                        Some(Tag::Determiner | Tag::Quantity)
                    );
                return if opens {
                    Tag::Adjective
                } else {
                    Tag::Verb(base, form)
                };
            }
            Some(Tag::Pronoun | Tag::Relative) => return Tag::Verb(base, form),
            Some(Tag::Noun | Tag::Close | Tag::Own) if self.previous() != Some(Tag::Own) => {
                let next = self.function_word(at + 1);
                let object = self.starts_phrase(at + 1);
                if !self.seen_verb && object && !self.finite_later(at + 1) {
                    return Tag::Verb(base, form);
                }
                if object
                    && !matches!(next, Some(Tag::Determiner | Tag::Quantity | Tag::Pronoun))
                    && self.seen_verb
                    && self.previous() == Some(Tag::Noun)
                    && lexicon::attribute_type(&[self.word(at + 1)]).is_some()
                {
                    return Tag::Adjective;
                }
                return Tag::Participle(base, form);
            }
            _ => {}
        }
        let next = self.function_word(at + 1);
        if self.starts_phrase(at + 1)
            && !matches!(next, Some(Tag::Determiner | Tag::Quantity | Tag::Pronoun))
        {
            return Tag::Adjective;
        }
        if matches!(self.previous(), Some(Tag::And | Tag::Comma)) && self.tags.contains(&Tag::Be) {
            return Tag::Verb(base, form);
        }
        Tag::Participle(base, form)
    }

    fn ing(&self, at: usize, base: &'static str) -> Tag {
        let next = self.function_word(at + 1);
        let definite = matches!(next, Some(Tag::Determiner | Tag::Quantity | Tag::Pronoun));
        let object = self.starts_phrase(at + 1);
        let noun_like = lexicon::is_known_thing(self.word(at))
            || lexicon::attribute_type(&[self.word(at)]).is_some();
        match self.previous_but_adverbs() {
            Some(Tag::Be) if !noun_like => Tag::Verb(base, Form::Ing),
            Some(Tag::Preposition | Tag::Subordinator) if definite => Tag::Verb(base, Form::Ing),
            Some(Tag::Preposition | Tag::Subordinator)
                if object
                    && !noun_like
                    && lexicon::attribute_type(&[self.word(at + 1)]).is_none() =>
            {
                Tag::Verb(base, Form::Ing)
            }
            Some(Tag::Noun | Tag::Comma | Tag::Close) if definite => {
                Tag::Participle(base, Form::Ing)
            }
            Some(Tag::Noun | Tag::Close)
                if matches!(next, Some(Tag::Preposition | Tag::To)) && !noun_like =>
            {
                Tag::Participle(base, Form::Ing)
            }
            Some(Tag::Noun)
                if object
                    && !noun_like
                    && lexicon::verb(base).is_some_and(|v| v.has)
                    && lexicon::attribute_type(&[self.word(at + 1)]).is_none() =>
            {
                Tag::Participle(base, Form::Ing)
            }
            _ => Tag::Noun,
        }
    }
}

fn mark(text: &str) -> Tag {
    match text {
        "'s" => Tag::Own,
        "," => Tag::Comma,
        ":" => Tag::Colon,
        ";" => Tag::Semicolon,
        "—" | "–" | "-" => Tag::Dash,
        "(" => Tag::Open,
        ")" => Tag::Close,
        "/" => Tag::And,
        "&" | "+" => Tag::And,
        _ => Tag::Other,
    }
}

fn looks_adjective(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "able", "ible", "ive", "ous", "ful", "less", "ical", "ional", "ish",
    ];
    word.len() > 5
        && ENDINGS.iter().any(|e| word.ends_with(e))
        && lexicon::attribute_type(&[word]).is_none()
        && !lexicon::is_thing(&[word])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::english::{blocks::blocks, token::sentences};

    fn shown(text: &str) -> String {
        let blocks = blocks(text);
        let sentence = sentences(text, &blocks[0], 0).remove(0);
        let tags = tags(&sentence.tokens);
        let verbs = sentence
            .tokens
            .iter()
            .zip(tags)
            .filter_map(|(t, tag)| match tag {
                Tag::Verb(..) => Some(t.lower.clone()),
                Tag::Participle(..) => Some(format!("({})", t.lower)),
                _ => None,
            });
        verbs.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn verbs_are_told_from_nouns_by_where_they_stand() {
        for (text, verbs) in [
            ("Patients book appointments with practitioners.", "book"),
            ("A customer orders many products.", "orders"),
            ("Each order contains several order items.", "contains"),
            ("Customer orders contain products.", "contain"),
            ("Record the date of every visit.", "record"),
            (
                "Products sold by the shop have a hiring date.",
                "(sold) have",
            ),
            ("A book has a title and can be borrowed.", "has borrowed"),
            ("The name, price and cost are recorded.", "recorded"),
        ] {
            assert_eq!(shown(text), verbs, "{text}");
        }
    }
}
