//! Noun phrases: determiners, numbers, modifiers, the head, whose it is and of what.

use super::lexicon;
use super::phrase::{Phrase, Reader, number_of};
use super::tag::Tag;
use super::token::TokenKind;

impl Reader<'_> {
    /// A noun phrase; with what follows in `of` when asked for.
    pub(super) fn phrase(&self, start: usize, with_of: bool) -> Option<(Phrase, usize)> {
        let mut phrase = Phrase::default();
        let mut at = self.quantities(start, &mut phrase);
        if phrase.pronoun {
            phrase.tokens = (start, at);
            return Some((phrase, at));
        }
        let first = at;
        let mut last_noun = None;
        loop {
            match self.tag(at) {
                Some(Tag::Noun) => {
                    last_noun = Some(at);
                    at += 1;
                }
                Some(Tag::Adjective) => at += 1,
                // `drop-off`, `closed won`: a number inside a name.
                Some(Tag::Quantity)
                    if at > first
                        && self.tokens[at].kind == TokenKind::Number
                        && self.tag(at + 1) == Some(Tag::Noun) =>
                {
                    at += 1
                }
                // `distributor–principal authorization`
                Some(Tag::Dash) if last_noun == Some(at.wrapping_sub(1)) && self.tight(at) => {
                    at += 1
                }
                Some(Tag::Quantity)
                    if at > first
                        && self.tag(at + 1) == Some(Tag::Noun)
                        && matches!(self.word(at), "single" | "half") =>
                {
                    at += 1
                }
                _ => break,
            }
        }
        let Some(last) = last_noun else {
            return self.only_quantity(start, first, phrase);
        };
        let mut to = last + 1;
        for i in first..to {
            self.take_word(i, i == last, &mut phrase);
            phrase.bounds.extend(self.tokens[i].bounds.iter().cloned());
        }
        if let Some(dash) = (first..to).find(|i| self.tag(*i) == Some(Tag::Dash))
            && to - first == 4
            && dash == first + 1
            && phrase.words.len() == 3
        {
            phrase.between = Some((
                lexicon::singular(&phrase.words[0]),
                lexicon::singular(&phrase.words[1]),
            ));
            phrase.words.drain(..2);
        }
        if phrase.words.is_empty() {
            return None;
        }
        phrase.plural =
            lexicon::is_plural(self.word(last)) && !self.tokens[last].lower.contains('_');
        phrase.quoted = self.tokens[last].quoted;
        phrase.tokens = (start, to);
        // `the customer's name`: what stood so far owns what follows.
        if self.tag(to) == Some(Tag::Own) {
            if let Some((mut owned, end)) = self.phrase(to + 1, with_of) {
                match &mut owned.owner {
                    None => owned.owner = Some(Box::new(phrase)),
                    Some(inner) => inner.owner = Some(Box::new(phrase)),
                }
                owned.tokens = (start, end);
                return Some((owned, end));
            }
            to += 1;
            phrase.tokens = (start, to);
        }
        // `each piece of clothing`, `different types of goods`: what follows is meant.
        let portion = matches!(phrase.words.as_slice(), [head] if matches!(head.as_str(), "piece" | "type" | "kind" | "sort"))
            && (phrase.count.each || phrase.count.many)
            && phrase.number.is_none();
        if with_of
            && portion
            && self.word(to) == "of"
            && let Some((mut of, end)) = self.phrase(to + 1, true)
        {
            of.count = phrase.count;
            of.tokens = (start, end);
            return Some((of, end));
        }
        if with_of && self.word(to) == "of" && !self.many_of(&phrase) {
            if let Some((of, end)) = self.phrase(to + 1, true) {
                phrase.of = Some(Box::new(of));
                to = end;
                phrase.tokens = (start, to);
            }
        } else if with_of && self.word(to) == "of" {
            // `a list of products`, `a number of rooms`: many of what follows.
            if let Some((mut of, end)) = self.phrase(to + 1, true) {
                of.count.many = true;
                of.number_of = phrase.head() == "number";
                of.count.least = phrase.count.least.or(of.count.least);
                of.tokens = (start, end);
                return Some((of, end));
            }
        }
        Some((phrase, to))
    }

    /// Whether the mark stands between two words without spaces.
    pub(super) fn tight(&self, at: usize) -> bool {
        at > 0
            && self.tokens.get(at + 1).is_some_and(|next| {
                self.tokens[at - 1].range.end == self.tokens[at].range.start
                    && self.tokens[at].range.end == next.range.start
            })
    }

    /// `a number of`, `the set of`: says many of what follows, and nothing itself.
    pub(super) fn many_of(&self, phrase: &Phrase) -> bool {
        let [head] = phrase.words.as_slice() else {
            return false;
        };
        match head.as_str() {
            "number" | "amount" => {
                !phrase.count.definite && (phrase.count.one || phrase.count.many)
            }
            "list" | "set" | "series" | "collection" | "variety" | "range" | "group" | "lot"
            | "kind" | "type" | "history" | "catalog" | "record" | "copies" | "register" => {
                matches!(
                    head.as_str(),
                    "list"
                        | "set"
                        | "series"
                        | "variety"
                        | "range"
                        | "lot"
                        | "catalog"
                        | "register"
                )
            }
            _ => false,
        }
    }

    /// Determiners, numbers and words of quantity before the noun.
    pub(super) fn quantities(&self, start: usize, phrase: &mut Phrase) -> usize {
        let mut at = start;
        loop {
            let word = self.word(at);
            match self.tag(at) {
                Some(Tag::Determiner) => {
                    match word {
                        "a" | "an" => phrase.count.one = true,
                        "its" | "their" | "his" | "her" => phrase.possessive = true,
                        "the" | "this" | "these" | "those" => phrase.count.definite = true,
                        "our" | "my" | "your" => phrase.count.definite = true,
                        "whose" if at > start => break,
                        _ => {}
                    }
                    at += 1;
                }
                Some(Tag::Pronoun) if at == start => {
                    phrase.pronoun = true;
                    phrase.words = vec![word.to_owned()];
                    phrase.plural = matches!(word, "they" | "them" | "we" | "us");
                    return at + 1;
                }
                Some(Tag::Quantity) => {
                    at = self.quantity(at, phrase);
                    // `each of the`, `one of the`
                    if self.word(at) == "of"
                        && matches!(self.tag(at + 1), Some(Tag::Determiner))
                        && self.tag(at + 2) == Some(Tag::Noun)
                    {
                        at += 1;
                    }
                }
                // `at least one`, `up to five`, `exactly one`, `one to many`
                Some(Tag::Preposition | Tag::To)
                    if matches!(
                        (word, self.word(at + 1)),
                        ("at", "least" | "most") | ("up", "to")
                    ) =>
                {
                    let least = self.word(at + 1) == "least";
                    let number = number_of(self.word(at + 2));
                    let Some(number) = number else { break };
                    if least {
                        phrase.count.least = Some(number);
                        phrase.count.many = true;
                    } else {
                        phrase.count.most = Some(number);
                        phrase.count.many |= number > 1;
                        phrase.count.one |= number == 1;
                        phrase.count.least = Some(0);
                    }
                    at += 3;
                }
                Some(Tag::Adverb) if word == "only" && self.tag(at + 1) == Some(Tag::Quantity) => {
                    at += 1
                }
                _ => break,
            }
        }
        at
    }

    pub(super) fn quantity(&self, at: usize, phrase: &mut Phrase) -> usize {
        let word = self.word(at);
        let (next, after) = (self.word(at + 1), self.word(at + 2));
        // `one or more`, `zero or more`, `two or more`
        if matches!(next, "or") && matches!(after, "more" | "many" | "several" | "multiple") {
            phrase.count.least = number_of(word);
            phrase.count.many = true;
            phrase.count.one = false;
            return at + 3;
        }
        if next == "to" && after == "many" {
            phrase.count.many = true;
            return at + 3;
        }
        match word {
            "each" | "every" => phrase.count.each = true,
            "many" | "several" | "multiple" | "various" | "numerous" | "most" | "all" | "more"
            | "few" | "both" | "some" | "different" => {
                phrase.count.many = true;
            }
            "any" => {}
            "no" | "none" | "neither" => phrase.count.none = true,
            "exactly" | "least" => {}
            "single" | "one" => {
                phrase.count.one = true;
                phrase.count.most = Some(1);
            }
            "zero" => phrase.count.least = Some(0),
            "another" => phrase.count.one = true,
            _ => {
                if let Some(number) = number_of(word) {
                    phrase.number = Some(f64::from(number));
                    phrase.count.many |= number > 1;
                    phrase.count.least = Some(number);
                    phrase.count.most = Some(number);
                } else {
                    phrase.number = Some(0.0);
                }
            }
        }
        at + 1
    }

    /// `each`, `one`, `many` without a noun.
    pub(super) fn only_quantity(
        &self,
        start: usize,
        at: usize,
        mut phrase: Phrase,
    ) -> Option<(Phrase, usize)> {
        if at == start || !matches!(self.tags[at - 1], Tag::Quantity | Tag::Determiner) {
            return None;
        }
        let word = self.word(at - 1);
        if matches!(self.tags[at - 1], Tag::Determiner)
            && !matches!(word, "this" | "these" | "those")
        {
            return None;
        }
        phrase.words = vec![word.to_owned()];
        phrase.tokens = (start, at);
        phrase.pronoun = matches!(
            word,
            "each"
                | "both"
                | "all"
                | "this"
                | "these"
                | "those"
                | "many"
                | "one"
                | "some"
                | "every"
                | "another"
        );
        Some((phrase, at))
    }

    pub(super) fn take_word(&self, at: usize, last: bool, phrase: &mut Phrase) {
        let word = self.word(at);
        match word {
            "–" | "—" | "-" => return,
            "optional" | "optionally" => {
                phrase.optional = true;
                if !last {
                    return;
                }
            }
            "unique" | "distinct" => {
                phrase.unique = true;
                if !last {
                    return;
                }
            }
            "multiple" | "several" | "various" | "different" => {
                phrase.count.many = true;
                return;
            }
            _ => {}
        }
        if !last && is_filler(word) {
            return;
        }
        if word.contains('_') {
            phrase.identifier = true;
            let parts: Vec<&str> = word.split('_').filter(|p| !p.is_empty()).collect();
            let count = parts.len();
            for (i, part) in parts.into_iter().enumerate() {
                let text = if last && i + 1 == count && count > 1 {
                    part.to_owned()
                } else if last && count == 1 {
                    lexicon::singular(part)
                } else {
                    part.to_owned()
                };
                phrase.words.push(text);
            }
            return;
        }
        let text = if last {
            lexicon::singular(word)
        } else {
            word.to_owned()
        };
        phrase.words.push(text);
    }
}

/// Adjectives that tell nothing about what is meant.
fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "own"
            | "certain"
            | "specific"
            | "particular"
            | "relevant"
            | "following"
            | "corresponding"
            | "respective"
            | "related"
            | "associated"
            | "available"
            | "individual"
            | "given"
            | "basic"
            | "detailed"
            | "necessary"
            | "important"
            | "same"
            | "other"
            | "new"
            | "existing"
            | "exact"
            | "entire"
            | "whole"
            | "additional"
            | "appropriate"
            | "typical"
            | "common"
            | "general"
            | "valid"
            | "single"
            | "such"
            | "different"
            | "key"
    )
}
