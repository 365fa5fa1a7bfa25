//! Cuts a text into statements and psql lines, as psql does: by quotes, parentheses and semicolons, so
//! that a statement that is not SQL spoils no other.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::Position;
use crate::parse::{MAXIMUM_NESTING, MAXIMUM_OPERATORS, MAXIMUM_STATEMENT};

/// A piece of a text, with where it begins in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A statement without its semicolon.
    Statement(StatementText<'a>),
    /// A psql line: what stands behind the backslash. `within` a statement that has begun.
    Meta {
        start: usize,
        text: &'a str,
        within: Option<StatementText<'a>>,
    },
}

/// The text of one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatementText<'a> {
    /// Where its first word begins, in bytes.
    pub(crate) start: usize,
    /// The text that the server gets, psql's variables replaced.
    pub(crate) text: Cow<'a, str>,
    /// Why it must not reach the parser, and where.
    pub(crate) refused: Option<(usize, String)>,
    /// The variables of psql's own whose values only psql knows.
    pub(crate) unknown_variable: Option<String>,
}

/// psql's own variables whose values depend on the connection.
const CONNECTION_VARIABLES: &[&str] = &[
    "DBNAME",
    "USER",
    "HOST",
    "PORT",
    "ENCODING",
    "LASTOID",
    "ROW_COUNT",
    "SERVICE",
    "SQLSTATE",
];

/// A text that is being cut.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    lines: Lines<'a>,
    /// A statement that a psql line interrupted: what was scanned of it.
    open: Option<Open>,
}

/// A statement that has begun.
#[derive(Debug, Default)]
struct Open {
    start: usize,
    parentheses: usize,
    /// Depth of `BEGIN ATOMIC … END`, in which semicolons end nothing.
    bodies: usize,
    /// The first words in lower case, which say whether such a body may come.
    words: Vec<String>,
    nesting: usize,
    operators: usize,
    refused: Option<(usize, String)>,
    unknown_variable: Option<String>,
    /// What to put in the place of which bytes.
    replaced: Vec<(std::ops::Range<usize>, String)>,
}

impl<'a> Scanner<'a> {
    /// At the beginning of a text.
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{feff}') { 3 } else { 0 },
            lines: Lines {
                text,
                position: Position {
                    offset: 0,
                    line: 1,
                    column: 1,
                },
            },
            open: None,
        }
    }

    /// Line and column of a place that is not before one asked for earlier.
    pub(crate) fn position(&mut self, offset: usize) -> Position {
        self.lines.advance(offset.min(self.text.len()))
    }

    /// Leaves out the data lines after COPY … FROM stdin, up to the line `\.`.
    pub(crate) fn skip_data(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut at = self.at + rest.find('\n').map_or(rest.len(), |end| end + 1);
        while at < self.text.len() {
            let rest = self.text.get(at..).unwrap_or_default();
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length).unwrap_or_default();
            at += length;
            if line.trim_end_matches(['\r', '\n']) == "\\." {
                break;
            }
        }
        self.at = at;
    }

    /// Where what was read so far ends.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Steps over blanks and comments and one token, and says where the token is. A colon is a token of its own,
    /// but for `::`; several characters of operators
    /// are one, and so is `$1`.
    pub(crate) fn step(&mut self) -> Option<std::ops::Range<usize>> {
        let bytes = self.text.as_bytes();
        loop {
            let start = self.at;
            match (bytes.get(start)?, bytes.get(start + 1)) {
                (b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, _) => self.at += 1,
                (b'-', Some(b'-')) => self.at = self.line_end(start),
                (b'/', Some(b'*')) => self.skip_comment(),
                (byte, _) => {
                    self.token(*byte, &mut Open::default(), &BTreeMap::new());
                    if *byte == b'$' && self.at == start + 1 {
                        self.skip_while(|b| b.is_ascii_digit());
                    }
                    return Some(start..self.at);
                }
            }
        }
    }

    /// Forgets the statement that a psql line interrupted.
    pub(super) fn forget_open(&mut self) {
        self.open = None;
    }

    /// The next piece; psql's variables are replaced by their values.
    pub(crate) fn next(&mut self, variables: &BTreeMap<String, String>) -> Option<Piece<'a>> {
        let mut open = self.open.take();
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            let start = self.at;
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => {
                    self.at += 1;
                    continue;
                }
                b'-' if bytes.get(start + 1) == Some(&b'-') => {
                    self.at = self.line_end(start);
                    continue;
                }
                b'/' if bytes.get(start + 1) == Some(&b'*') => {
                    self.skip_comment();
                    continue;
                }
                b'\\' => {
                    let end = self.line_end(start);
                    if bytes.get(start + 1) == Some(&b';') {
                        // Sent together with what follows; for us it is a semicolon.
                        self.at = start + 2;
                        if let Some(open) = open.take() {
                            return Some(Piece::Statement(self.close(open, start)));
                        }
                        continue;
                    }
                    self.at = end;
                    let within = open.as_ref().map(|open| self.so_far(open, start));
                    if let Some(mut open) = open {
                        open.replaced.push((start..end, String::new()));
                        self.open = Some(open);
                    }
                    let text = self.text.get(start + 1..end).unwrap_or_default();
                    return Some(Piece::Meta {
                        start,
                        text,
                        within,
                    });
                }
                b';' if open.is_none() => {
                    self.at += 1;
                    continue;
                }
                _ => {}
            }
            let mut current = open.take().unwrap_or_else(|| Open {
                start,
                ..Open::default()
            });
            if byte == b';' && current.parentheses == 0 && current.bodies == 0 {
                self.at += 1;
                return Some(Piece::Statement(self.close(current, start)));
            }
            self.token(byte, &mut current, variables);
            current.check(start);
            open = Some(current);
        }
        let end = self.text.len();
        open.map(|open| Piece::Statement(self.close(open, end)))
    }

    /// Steps over one token.
    fn token(&mut self, byte: u8, open: &mut Open, variables: &BTreeMap<String, String>) {
        let bytes = self.text.as_bytes();
        let start = self.at;
        self.at += 1;
        match byte {
            b'\'' => self.skip_quoted(b'\'', false),
            b'"' => self.skip_quoted(b'"', false),
            b'$' => self.skip_dollar_quoted(start),
            b'(' => {
                open.parentheses += 1;
                open.nesting += 1;
            }
            b')' => {
                open.parentheses = open.parentheses.saturating_sub(1);
                open.nesting = open.nesting.saturating_sub(1);
            }
            b'[' => open.nesting += 1,
            b']' => open.nesting = open.nesting.saturating_sub(1),
            b':' => match bytes.get(self.at) {
                Some(b':') => {
                    self.at += 1;
                    open.operators += 1;
                }
                _ => self.variable(start, open, variables),
            },
            b'0'..=b'9' => self.skip_while(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.'),
            _ if is_word(byte) => {
                self.skip_while(|b| is_word(b) || b.is_ascii_digit() || b == b'$');
                let word = self.text.get(start..self.at).unwrap_or_default();
                if matches!(word, "e" | "E") && bytes.get(self.at) == Some(&b'\'') {
                    self.at += 1;
                    self.skip_quoted(b'\'', true);
                } else {
                    open.word(word);
                }
            }
            _ if is_operator(byte) => {
                // A comment ends an operator.
                while let Some(&next) = bytes.get(self.at) {
                    let pair = (next, bytes.get(self.at + 1).copied());
                    if !is_operator(next) || matches!(pair, (b'-', Some(b'-')) | (b'/', Some(b'*')))
                    {
                        break;
                    }
                    self.at += 1;
                }
                open.operators += 1;
            }
            _ => {}
        }
        // Whatever was stepped over, the next token begins with a character.
        self.at = self.at.min(bytes.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
    }

    /// `:name`, `:'name'`, `:"name"` and `:{?name}`.
    fn variable(&mut self, start: usize, open: &mut Open, variables: &BTreeMap<String, String>) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some(reference) = Reference::at(rest) else {
            return;
        };
        let range = start..self.at + reference.length;
        match (reference.kind, variables.get(reference.name)) {
            (ReferenceKind::IsSet, value) => {
                let text = if value.is_some() { "TRUE" } else { "FALSE" };
                open.replaced.push((range.clone(), text.to_owned()));
            }
            (kind, Some(value)) => open.replaced.push((range.clone(), kind.quote(value))),
            (_, None) => {
                if CONNECTION_VARIABLES.contains(&reference.name) {
                    open.unknown_variable = Some(reference.name.to_owned());
                }
                return;
            }
        }
        self.at = range.end;
    }

    fn so_far(&self, open: &Open, end: usize) -> StatementText<'a> {
        let text = self
            .text
            .get(open.start..end)
            .unwrap_or_default()
            .trim_end();
        let text = if open.replaced.is_empty() {
            Cow::Borrowed(text)
        } else {
            let text = replaced(text, open.start, &open.replaced);
            Cow::Owned(text.trim_end().to_owned())
        };
        StatementText {
            start: open.start,
            text,
            refused: open.refused.clone(),
            unknown_variable: open.unknown_variable.clone(),
        }
    }

    fn close(&self, open: Open, end: usize) -> StatementText<'a> {
        let mut statement = self.so_far(&open, end);
        let length = end - open.start;
        if length > MAXIMUM_STATEMENT && statement.refused.is_none() {
            let message = format!("a statement longer than {MAXIMUM_STATEMENT} bytes");
            statement.refused = Some((open.start, message));
        }
        statement
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        from + rest.find('\n').unwrap_or(rest.len())
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|&byte| wanted(byte)) {
            self.at += 1;
        }
    }

    /// Steps behind the end of what is quoted; the quote before it is passed already.
    fn skip_quoted(&mut self, quote: u8, escapes: bool) {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            if byte == b'\\' && escapes {
                self.at += 1;
            } else if byte == quote {
                if bytes.get(self.at) != Some(&quote) {
                    return;
                }
                self.at += 1;
            }
        }
        self.at = bytes.len();
    }

    fn skip_dollar_quoted(&mut self, start: usize) {
        let rest = self.text.get(start + 1..).unwrap_or_default();
        let length = rest
            .bytes()
            .position(|b| !is_word(b) && !b.is_ascii_digit())
            .unwrap_or(rest.len());
        let tag = rest.get(..length).unwrap_or_default();
        let begins = rest.as_bytes().get(length) == Some(&b'$')
            && !tag.starts_with(|c: char| c.is_ascii_digit());
        if !begins {
            return;
        }
        let mark = self.text.get(start..start + length + 2).unwrap_or_default();
        let body = start + mark.len();
        let rest = self.text.get(body..).unwrap_or_default();
        self.at = match rest.find(mark) {
            Some(end) => body + end + mark.len(),
            None => self.text.len(),
        };
    }

    /// Comments nest.
    fn skip_comment(&mut self) {
        let bytes = self.text.as_bytes();
        let mut depth = 0usize;
        while let Some(&byte) = bytes.get(self.at) {
            match (byte, bytes.get(self.at + 1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth = depth.saturating_sub(1);
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }
}

impl Open {
    fn word(&mut self, word: &str) {
        // No word that counts is longer.
        if word.len() > 9 {
            if self.words.len() < 4 {
                self.words.push(String::new());
            }
            return;
        }
        let word = word.to_ascii_lowercase();
        match word.as_str() {
            "case" => {
                self.nesting += 1;
                if self.bodies > 0 {
                    self.bodies += 1;
                }
            }
            "end" => {
                self.nesting = self.nesting.saturating_sub(1);
                self.bodies = self.bodies.saturating_sub(1);
            }
            "begin" if self.parentheses == 0 && self.defines_routine() => self.bodies += 1,
            "not" | "is" | "at" | "collate" | "union" | "except" | "intersect" | "join" => {
                self.operators += 1;
            }
            _ => {}
        }
        if self.words.len() < 4 {
            self.words.push(word);
        }
    }

    /// CREATE [OR REPLACE] FUNCTION or PROCEDURE.
    fn defines_routine(&self) -> bool {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        matches!(
            words.as_slice(),
            ["create", "function" | "procedure", ..]
                | ["create", "or", "replace", "function" | "procedure"]
        )
    }

    fn check(&mut self, place: usize) {
        if self.refused.is_some() {
            return;
        }
        if self.nesting > MAXIMUM_NESTING {
            let message = format!("nested more than {MAXIMUM_NESTING} levels deep");
            self.refused = Some((place, message));
        } else if self.operators > MAXIMUM_OPERATORS {
            let message = format!("more than {MAXIMUM_OPERATORS} operators in one statement");
            self.refused = Some((place, message));
        }
    }
}

/// A reference to a variable of psql.
pub(super) struct Reference<'a> {
    name: &'a str,
    kind: ReferenceKind,
    /// How long it is behind the colon.
    length: usize,
}

#[derive(Clone, Copy)]
enum ReferenceKind {
    Plain,
    Literal,
    Identifier,
    IsSet,
}

impl<'a> Reference<'a> {
    /// The reference whose colon stands before the text.
    pub(super) fn at(text: &'a str) -> Option<Self> {
        let (kind, before, after) = match text.as_bytes().first()? {
            b'\'' => (ReferenceKind::Literal, 1, "'"),
            b'"' => (ReferenceKind::Identifier, 1, "\""),
            b'{' if text.starts_with("{?") => (ReferenceKind::IsSet, 2, "}"),
            _ => (ReferenceKind::Plain, 0, ""),
        };
        let rest = text.get(before..)?;
        let length = rest
            .bytes()
            .position(|b| !is_word(b) && !b.is_ascii_digit())
            .unwrap_or(rest.len());
        let name = rest.get(..length)?;
        let whole = length > 0 && rest.get(length..)?.starts_with(after);
        whole.then_some(Self {
            name,
            kind,
            length: before + length + after.len(),
        })
    }

    /// What it stands for, and how long it is behind the colon.
    pub(super) fn value(&self, variables: &BTreeMap<String, String>) -> Option<(String, usize)> {
        let value = variables.get(self.name);
        let text = match self.kind {
            ReferenceKind::IsSet if value.is_some() => "TRUE".to_owned(),
            ReferenceKind::IsSet => "FALSE".to_owned(),
            kind => kind.quote(value?),
        };
        Some((text, self.length))
    }
}

impl ReferenceKind {
    fn quote(self, value: &str) -> String {
        match self {
            Self::Literal => pgwright_catalog::quote_literal(value),
            Self::Identifier => format!("\"{}\"", value.replace('"', "\"\"")),
            Self::Plain | Self::IsSet => value.to_owned(),
        }
    }
}

/// Whether a byte begins a word, those of other scripts included.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_operator(byte: u8) -> bool {
    matches!(
        byte,
        b'+' | b'-'
            | b'*'
            | b'/'
            | b'<'
            | b'>'
            | b'='
            | b'~'
            | b'!'
            | b'@'
            | b'#'
            | b'%'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
    )
}

/// A text that begins at `start`, with some of its bytes replaced.
fn replaced(text: &str, start: usize, replaced: &[(std::ops::Range<usize>, String)]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for (range, value) in replaced {
        let (from, to) = (
            range.start.saturating_sub(start),
            range.end.saturating_sub(start),
        );
        result.push_str(text.get(at..from.min(text.len())).unwrap_or_default());
        result.push_str(value);
        at = to.min(text.len()).max(at);
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

/// Counts lines forward, so that a long text is read once.
#[derive(Debug)]
struct Lines<'a> {
    text: &'a str,
    position: Position,
}

impl Lines<'_> {
    fn advance(&mut self, offset: usize) -> Position {
        if offset < self.position.offset {
            return Position::of(self.text, offset);
        }
        let passed = self
            .text
            .get(self.position.offset..offset)
            .unwrap_or_default();
        match passed.rfind('\n') {
            Some(last) => {
                self.position.line += passed.bytes().filter(|&byte| byte == b'\n').count();
                self.position.column =
                    passed.get(last + 1..).unwrap_or_default().chars().count() + 1;
            }
            None => self.position.column += passed.chars().count(),
        }
        self.position.offset = offset;
        self.position
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn statements(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut scanner = Scanner::new(text);
        let mut found = Vec::new();
        while let Some(piece) = scanner.next(&variables) {
            found.push(match piece {
                Piece::Statement(statement) => statement.text.into_owned(),
                Piece::Meta { text, .. } => format!("\\{text}"),
            });
        }
        found
    }

    #[test]
    fn statements_end_at_semicolons_that_nothing_encloses() {
        let text =
            "-- é; comment\n/* ; /* nested; */ ; */ A ';' \";\" E'\\';' $x$ ; $y$ $x$ (;) $1;;B";
        assert_eq!(
            statements(text, &[]),
            ["A ';' \";\" E'\\';' $x$ ; $y$ $x$ (;) $1", "B"]
        );
        let body = "CREATE OR REPLACE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; END; BEGIN; END";
        assert_eq!(statements(body, &[]).len(), 3);
    }

    #[test]
    fn a_statement_that_is_not_sql_spoils_no_other() {
        assert_eq!(
            statements("SELEC 1; SELECT 2", &[]),
            ["SELEC 1", "SELECT 2"]
        );
        assert_eq!(statements("SELECT 'open; SELECT 2", &[]).len(), 1);
    }

    #[test]
    fn psql_lines_stand_between_and_within_statements() {
        let text = "\\connect shop\nSELECT 1 \\gset\n;SELECT 2 \\; SELECT 3;";
        assert_eq!(
            statements(text, &[]),
            [
                "\\connect shop",
                "\\gset",
                "SELECT 1",
                "SELECT 2",
                "SELECT 3"
            ]
        );
    }

    #[test]
    fn variables_of_psql_are_replaced_where_they_are_set() {
        let set = [("s", "it's"), ("t", "T")];
        assert_eq!(
            statements(
                "A :s :'s' :\"t\" :none x::text a[1:2] ':s' :{?s} :{?no};",
                &set
            ),
            ["A it's 'it''s' \"T\" :none x::text a[1:2] ':s' TRUE FALSE"]
        );
    }

    #[test]
    fn data_lines_are_left_out() {
        let mut scanner = Scanner::new("COPY t FROM stdin;\n1;\ta\n\\N\n\\.\nB;");
        assert!(scanner.next(&BTreeMap::new()).is_some());
        scanner.skip_data();
        let Some(Piece::Statement(statement)) = scanner.next(&BTreeMap::new()) else {
            panic!("a statement follows");
        };
        assert_eq!(statement.text, "B");
        assert_eq!(scanner.position(statement.start).line, 5);
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let refused = |text: &str| match Scanner::new(text).next(&BTreeMap::new()) {
            Some(Piece::Statement(statement)) => statement.refused.is_some(),
            _ => false,
        };
        assert!(refused(&"(".repeat(1000)));
        assert!(refused(&format!("SELECT {}a", "- ".repeat(20_000))));
        assert!(refused(&format!("SELECT {}", "CASE WHEN ".repeat(1000))));
        assert!(!refused(&format!(
            "SELECT {}true",
            "true AND ".repeat(9000)
        )));
    }
}
