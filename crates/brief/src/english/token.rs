//! Words, numbers and marks of a block, each with its place in the text, and where sentences end.

use std::ops::Range;

use super::blocks::Block;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Number,
    Mark,
}

/// A word, a number or a mark.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// In lower case, with plain apostrophes and hyphens.
    pub(super) lower: String,
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
    /// Stands in quotation marks.
    pub(super) quoted: bool,
    /// Bounds and units that were said of it.
    pub(super) bounds: Vec<String>,
}

impl Token {
    pub(super) fn is(&self, text: &str) -> bool {
        self.lower == text
    }
}

/// A sentence: its tokens, and the block it stands in.
#[derive(Debug, Clone)]
pub(super) struct Sentence {
    pub(super) tokens: Vec<Token>,
    pub(super) block: usize,
}

impl Sentence {
    /// The bytes that it takes.
    pub(super) fn range(&self) -> Range<usize> {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => first.range.start..last.range.end,
            _ => 0..0,
        }
    }
}

/// The sentences of a block.
pub(super) fn sentences(text: &str, block: &Block, number: usize) -> Vec<Sentence> {
    let mut tokens = Vec::new();
    for line in &block.lines {
        tokenize(text, line.clone(), &mut tokens);
    }
    mark_quoted(&mut tokens);
    let mut sentences = Vec::new();
    let mut current: Vec<Token> = Vec::new();
    let mut depth = 0usize;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token.lower.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = matches!(token.lower.as_str(), "." | "?" | "!") && token.kind == TokenKind::Mark;
        // `schema.sql` is a name.
        let inside = ends
            && tokens.peek().is_some_and(|next| {
                next.range.start == token.range.end && next.kind != TokenKind::Mark
            });
        if inside {
            continue;
        }
        if ends {
            if depth == 0 || current.len() > 200 {
                depth = 0;
                push(&mut sentences, &mut current, number);
            }
            continue;
        }
        current.push(token);
    }
    push(&mut sentences, &mut current, number);
    sentences
}

fn push(sentences: &mut Vec<Sentence>, current: &mut Vec<Token>, block: usize) {
    if !current.is_empty() {
        sentences.push(Sentence {
            tokens: std::mem::take(current),
            block,
        });
    }
}

/// Drops quotation marks and remembers what stood between them.
fn mark_quoted(tokens: &mut Vec<Token>) {
    let mut inside = false;
    tokens.retain_mut(|token| {
        if matches!(token.lower.as_str(), "\"" | "“" | "”" | "«" | "»") {
            inside = !inside;
            return false;
        }
        token.quoted = inside;
        true
    });
}

fn tokenize(text: &str, line: Range<usize>, tokens: &mut Vec<Token>) {
    let mut at = line.start;
    while at < line.end {
        let rest = &text[at..line.end];
        let Some(c) = rest.chars().next() else { break };
        if c.is_whitespace() || matches!(c, '*' | '`' | '\\' | '•' | '|' | '[' | ']' | '✓') {
            at += c.len_utf8();
            // Cells of a table and brackets part what they hold.
            if matches!(c, '|' | '[' | ']') && tokens.last().is_some_and(|t| !t.is(",")) {
                tokens.push(token(",", TokenKind::Mark, at - 1..at));
            }
            continue;
        }
        let (length, kind) = if c.is_ascii_digit() {
            number(rest)
        } else if c.is_alphabetic() || c == '_' {
            (word(rest), TokenKind::Word)
        } else {
            (c.len_utf8(), TokenKind::Mark)
        };
        let range = at..at + length;
        at += length;
        let written = &text[range.clone()];
        let lower = written.to_lowercase().replace('’', "'");
        push_word(lower, kind, range, tokens);
    }
}

/// Parts a possessive from its noun, and knows abbreviations.
fn push_word(lower: String, kind: TokenKind, range: Range<usize>, tokens: &mut Vec<Token>) {
    if kind == TokenKind::Word {
        for (tail, length) in [("'s", 2usize), ("s'", 1)] {
            if lower.len() > length + 1 && lower.ends_with(tail) {
                let head = lower.len() - length;
                let cut = range.end.saturating_sub(length).max(range.start);
                tokens.push(token(&lower[..head], kind, range.start..cut));
                tokens.push(token("'s", TokenKind::Mark, cut..range.end));
                return;
            }
        }
        match lower.as_str() {
            "e.g" | "eg" | "i.e" | "ie" | "viz" => {
                tokens.push(token("such", kind, range.clone()));
                tokens.push(token("as", kind, range));
                return;
            }
            // What follows it is not said; it says that the list is open.
            "etc" => {
                tokens.push(token("etc", kind, range));
                return;
            }
            _ => {}
        }
    }
    // The point of an abbreviation ends no sentence.
    if lower == "." && kind == TokenKind::Mark {
        let after = tokens.last().map(|t| t.lower.as_str());
        if matches!(after, Some("as")) && tokens.last().is_some_and(|t| t.range.end == range.start)
        {
            return;
        }
        if matches!(
            after,
            Some("no" | "nr" | "approx" | "incl" | "max" | "min" | "vs")
        ) {
            return;
        }
    }
    tokens.push(token(&lower, kind, range));
}

fn token(lower: &str, kind: TokenKind, range: Range<usize>) -> Token {
    Token {
        lower: lower.to_owned(),
        kind,
        range,
        quoted: false,
        bounds: Vec::new(),
    }
}

/// `40,000`, `0.5`, `1st`, `2M`.
fn number(rest: &str) -> (usize, TokenKind) {
    let bytes = rest.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        let separator = matches!(bytes[end], b',' | b'.')
            && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
            && (bytes[end] == b'.'
                || bytes[end + 1..]
                    .iter()
                    .take_while(|b| b.is_ascii_digit())
                    .count()
                    == 3);
        if bytes[end].is_ascii_digit() || separator {
            end += 1;
        } else {
            break;
        }
    }
    let letters: usize = rest[end..]
        .chars()
        .take_while(|c| c.is_alphabetic())
        .map(char::len_utf8)
        .sum();
    // `3M` and `1st` are numbers, `2d` is none that matters.
    (end + letters, TokenKind::Number)
}

/// A word with hyphens, apostrophes, underscores and the points of `e.g.` in it.
fn word(rest: &str) -> usize {
    let mut end = 0;
    for (at, c) in rest.char_indices() {
        let next = rest[at + c.len_utf8()..].chars().next();
        let joins =
            matches!(c, '-' | '\'' | '’') && at > 0 && next.is_some_and(char::is_alphanumeric);
        let plural_owner = matches!(c, '\'' | '’')
            && rest[..at].ends_with(['s', 'S'])
            && !next.is_some_and(char::is_alphanumeric);
        let abbreviation = c == '.' && at == 1 && next.is_some_and(char::is_alphabetic);
        if c.is_alphanumeric() || c == '_' || joins || abbreviation || plural_owner {
            end = at + c.len_utf8();
            if plural_owner {
                break;
            }
        } else {
            break;
        }
    }
    end.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::english::blocks::blocks;

    fn words(text: &str) -> Vec<Vec<String>> {
        let blocks = blocks(text);
        blocks
            .iter()
            .enumerate()
            .flat_map(|(at, block)| sentences(text, block, at))
            .map(|s| s.tokens.into_iter().map(|t| t.lower).collect())
            .collect()
    }

    #[test]
    fn sentences_end_at_points_and_not_in_numbers() {
        assert_eq!(
            words("It costs 1,000.5 a day, e.g. today. The customer's “name”."),
            vec![
                vec![
                    "it", "costs", "1,000.5", "a", "day", ",", "such", "as", "today"
                ],
                vec!["the", "customer", "'s", "name"],
            ]
        );
    }
}
