//! A piece of a scalar that knows where it stands, and the ways sentences are cut into pieces.

use std::ops::Range;

use crate::yaml::Scalar;

/// A part of a scalar's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    scalar: &'a Scalar,
    start: usize,
    end: usize,
}

impl<'a> Text<'a> {
    /// All of a scalar, without the whitespace around it.
    pub(crate) fn of(scalar: &'a Scalar) -> Self {
        Text {
            scalar,
            start: 0,
            end: scalar.text.len(),
        }
        .trim()
    }

    pub(crate) fn as_str(&self) -> &'a str {
        &self.scalar.text[self.start..self.end]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Its place in the file.
    pub(crate) fn range(&self) -> Range<usize> {
        let start = self.scalar.offset(self.start);
        // The end is that of the last character, not of the whitespace or indentation after it.
        let end = match self.as_str().chars().next_back() {
            Some(last) => self.scalar.offset(self.end - last.len_utf8()) + last.len_utf8(),
            None => start,
        };
        start..end.max(start)
    }

    /// The file's offset of a byte of this text.
    pub(crate) fn offset(&self, byte: usize) -> usize {
        self.scalar
            .offset(self.start + byte.min(self.end - self.start))
    }

    /// The part between two byte offsets, which must be character boundaries.
    pub(crate) fn slice(&self, range: Range<usize>) -> Text<'a> {
        let end = (self.start + range.end).min(self.end);
        Text {
            scalar: self.scalar,
            start: (self.start + range.start).min(end),
            end,
        }
    }

    pub(crate) fn from(&self, byte: usize) -> Text<'a> {
        self.slice(byte..self.end - self.start)
    }

    pub(crate) fn until(&self, byte: usize) -> Text<'a> {
        self.slice(0..byte)
    }

    pub(crate) fn trim(&self) -> Text<'a> {
        let text = self.as_str();
        let lead = text.len() - text.trim_start().len();
        let trail = text.len() - text.trim_end().len();
        self.slice(lead..(text.len() - trail).max(lead))
    }

    /// The text in lower case with single spaces, for comparing with fixed words.
    pub(crate) fn plain(&self) -> String {
        normal(self.as_str())
    }

    /// What follows the given words, when the text begins with them.
    pub(crate) fn after(&self, words: &str) -> Option<Text<'a>> {
        let text = self.trim();
        let bytes = match_words(text.as_str(), words)?;
        Some(text.from(bytes).trim())
    }

    /// What stands before and after the first place where the words stand, outside quotes and
    /// parentheses.
    pub(crate) fn around(&self, words: &str) -> Option<(Text<'a>, Text<'a>)> {
        let text = self.as_str();
        for at in word_starts(text) {
            if let Some(length) = match_words(&text[at..], words) {
                return Some((self.until(at).trim(), self.from(at + length).trim()));
            }
        }
        None
    }

    /// Like [`Text::around`], for several alternatives of which the first in the text counts.
    pub(crate) fn around_any(&self, alternatives: &[&str]) -> Option<(Text<'a>, Text<'a>)> {
        alternatives
            .iter()
            .filter_map(|words| self.around(words))
            .min_by_key(|(before, _)| before.end)
    }

    /// The parts between separators, outside quotes and parentheses. A comma between digits, as in
    /// `40,000`, separates nothing.
    pub(crate) fn split(&self, separators: &[char]) -> Vec<Text<'a>> {
        let text = self.as_str();
        let mut parts = Vec::new();
        let mut from = 0;
        for (at, c) in outside(text) {
            if separators.contains(&c) && !(c == ',' && is_thousands_comma(text, at)) {
                parts.push(self.slice(from..at).trim());
                from = at + c.len_utf8();
            }
        }
        parts.push(self.from(from).trim());
        parts
    }

    /// The first word and the rest. A word ends at whitespace or one of `,;|`.
    pub(crate) fn first_word(&self) -> (Text<'a>, Text<'a>) {
        let text = self.trim();
        let end = text
            .as_str()
            .char_indices()
            .find(|(at, c)| {
                c.is_whitespace()
                    || matches!(c, ';' | '|')
                    || (*c == ',' && !is_thousands_comma(text.as_str(), *at))
            })
            .map_or(text.as_str().len(), |(at, _)| at);
        (text.until(end), text.from(end).trim())
    }

    /// The words and where each ends, in bytes of this text.
    pub(crate) fn words(&self) -> Vec<Text<'a>> {
        let text = self.as_str();
        let mut words = Vec::new();
        let mut from = None;
        for (at, c) in text.char_indices() {
            match (c.is_whitespace(), from) {
                (true, Some(start)) => {
                    words.push(self.slice(start..at));
                    from = None;
                }
                (false, None) => from = Some(at),
                _ => {}
            }
        }
        if let Some(start) = from {
            words.push(self.from(start));
        }
        words
    }

    /// Where this text begins inside the other, of which it is a part.
    pub(crate) fn start_in(&self, other: &Text<'a>) -> usize {
        self.start.saturating_sub(other.start)
    }

    /// Where this text ends inside the other, of which it is a part.
    pub(crate) fn end_in(&self, other: &Text<'a>) -> usize {
        self.end.saturating_sub(other.start)
    }
}

/// Lower case, single spaces.
pub(crate) fn normal(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether the comma at that byte stands between digits as in `1,000`.
pub(crate) fn is_thousands_comma(text: &str, at: usize) -> bool {
    let before = text[..at]
        .chars()
        .next_back()
        .is_some_and(|c| c.is_ascii_digit());
    let after = text[at + 1..]
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    before && after == 3
}

/// Bytes taken when the text begins with the words, in any case and with any whitespace between.
fn match_words(text: &str, words: &str) -> Option<usize> {
    let mut rest = text;
    for (index, word) in words.split(' ').enumerate() {
        if index > 0 {
            let trimmed = rest.trim_start();
            if trimmed.len() == rest.len() {
                return None;
            }
            rest = trimmed;
        }
        let head = rest.get(..word.len())?;
        if !head.eq_ignore_ascii_case(word) {
            return None;
        }
        rest = &rest[word.len()..];
    }
    let ends_in_word = words.chars().next_back().is_some_and(is_word);
    if ends_in_word && rest.chars().next().is_some_and(is_word) {
        return None;
    }
    Some(text.len() - rest.len())
}

/// Characters outside quotes and parentheses, with their bytes. An apostrophe inside a word, as in
/// `day's`, opens no quote.
pub(crate) fn outside(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let mut previous = ' ';
    text.char_indices().filter(move |(_, c)| {
        let before = std::mem::replace(&mut previous, *c);
        match (quote, *c) {
            (Some(open), c) => {
                if c == open {
                    quote = None;
                }
                false
            }
            (None, '\'') if is_word(before) => depth == 0,
            (None, '\'' | '"') => {
                quote = Some(*c);
                false
            }
            (None, '(' | '[') => {
                depth += 1;
                false
            }
            (None, ')' | ']') => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        }
    })
}

/// Bytes where a word begins, outside quotes and parentheses.
fn word_starts(text: &str) -> Vec<usize> {
    outside(text)
        .filter(|(at, c)| {
            let before = text[..*at].chars().next_back();
            !c.is_whitespace() && before.is_none_or(|b| !is_word(b) || !is_word(*c))
        })
        .map(|(at, _)| at)
        .collect()
}
