//! Enough of PostgreSQL's lexical rules to find the words of a statement without parsing it.
//!
//! The parser lives in another crate. Here it is only asked where words, names and literals stand, to
//! break long lines and to see which objects a text names.

/// A lexical unit; white space and comments are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// Its text as written, quotes included.
    pub text: &'a str,
    /// Byte offset in the scanned text.
    pub start: usize,
}

/// Kinds of lexical units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A key word or a name without quotes.
    Word,
    /// A name in double quotes.
    QuotedName,
    /// A text literal, of any quoting.
    Text,
    /// A number.
    Number,
    /// One other character.
    Symbol,
}

impl Token<'_> {
    /// True for this key word, in whatever case it is written.
    pub fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// True for this character.
    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// The name as the catalog stores it: folded when it is not quoted, unquoted when it is.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            TokenKind::Word => Some(self.text.to_lowercase()),
            TokenKind::QuotedName => Some(unquote(self.text, '"')),
            _ => None,
        }
    }

    /// The value of a text literal. Escapes of `E''` are left as written.
    pub fn literal(&self) -> Option<String> {
        if self.kind != TokenKind::Text {
            return None;
        }
        let body = self
            .text
            .trim_start_matches(['e', 'E', 'b', 'B', 'x', 'X', 'n', 'N']);
        if body.starts_with('\'') {
            return Some(unquote(body, '\''));
        }
        let tag = body[1..].find('$').map_or(body.len(), |end| end + 2);
        body.get(tag..body.len().saturating_sub(tag))
            .map(str::to_owned)
    }
}

fn unquote(text: &str, quote: char) -> String {
    let inner = text.strip_prefix(quote).unwrap_or(text);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let doubled: String = [quote, quote].iter().collect();
    inner.replace(&doubled, &quote.to_string())
}

/// The lexical units of a text. A literal or comment that is never closed ends with the text.
pub fn scan(sql: &str) -> Vec<Token<'_>> {
    let bytes = sql.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &sql[at..];
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if rest.starts_with("/*") {
            at += block_comment(rest);
            continue;
        }
        let (kind, length) = unit(rest, byte);
        tokens.push(Token {
            kind,
            text: &rest[..length],
            start: at,
        });
        at += length;
    }
    tokens
}

fn unit(rest: &str, first: u8) -> (TokenKind, usize) {
    let quote_follows = rest.as_bytes().get(1) == Some(&b'\'');
    match first {
        b'\'' => (TokenKind::Text, quoted(rest, '\'', false)),
        b'e' | b'E' if quote_follows => (TokenKind::Text, 1 + quoted(&rest[1..], '\'', true)),
        b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if quote_follows => {
            (TokenKind::Text, 1 + quoted(&rest[1..], '\'', false))
        }
        b'"' => (TokenKind::QuotedName, quoted(rest, '"', false)),
        b'$' => match dollar_quoted(rest) {
            Some(length) => (TokenKind::Text, length),
            None => (TokenKind::Symbol, 1),
        },
        b'0'..=b'9' => (
            TokenKind::Number,
            length_while(rest, |c| c.is_ascii_alphanumeric() || c == '.' || c == '_'),
        ),
        _ if first == b'_' || first.is_ascii_alphabetic() || !first.is_ascii() => (
            TokenKind::Word,
            length_while(rest, |c| {
                c == '_' || c == '$' || c.is_ascii_alphanumeric() || !c.is_ascii()
            }),
        ),
        _ => (TokenKind::Symbol, 1),
    }
}

fn length_while(text: &str, keep: impl Fn(char) -> bool) -> usize {
    text.find(|c| !keep(c)).unwrap_or(text.len())
}

/// Length of a quoted unit, both quotes included; a doubled quote stands for one.
fn quoted(text: &str, quote: char, backslash_escapes: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if backslash_escapes && c == '\\' {
            characters.next();
        } else if c == quote {
            if characters.peek().is_some_and(|(_, next)| *next == quote) {
                characters.next();
            } else {
                return at + quote.len_utf8();
            }
        }
    }
    text.len()
}

/// Length of `$tag$…$tag$`, when the text starts with one.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag_end = text[1..].find('$')? + 2;
    let tag = &text[..tag_end];
    let name = &tag[1..tag_end - 1];
    let valid = name.chars().all(|c| c == '_' || c.is_alphanumeric())
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if !valid {
        return None;
    }
    let body = &text[tag_end..];
    Some(
        body.find(tag)
            .map_or(text.len(), |end| tag_end + end + tag_end),
    )
}

/// Length of a block comment; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        scan(sql).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn literals_comments_and_names_are_told_apart() {
        assert_eq!(
            texts("a.\"B c\" = 'it''s' -- x\n/* /* y */ */ AND E'\\'' <> $q$ AND $q$"),
            [
                "a",
                ".",
                "\"B c\"",
                "=",
                "'it''s'",
                "AND",
                "E'\\''",
                "<",
                ">",
                "$q$ AND $q$"
            ]
        );
    }

    #[test]
    fn what_is_never_closed_ends_with_the_text() {
        for sql in ["'abc", "\"abc", "$$abc", "/* abc", "E'abc\\", "$"] {
            assert!(scan(sql).len() <= 1, "{sql}");
        }
    }

    #[test]
    fn names_and_literals_give_their_value() {
        let tokens = scan("Orders \"A\"\"b\" 'it''s' $x$y$x$");
        assert_eq!(tokens[0].name().as_deref(), Some("orders"));
        assert_eq!(tokens[1].name().as_deref(), Some("A\"b"));
        assert_eq!(tokens[2].literal().as_deref(), Some("it's"));
        assert_eq!(tokens[3].literal().as_deref(), Some("y"));
    }
}
