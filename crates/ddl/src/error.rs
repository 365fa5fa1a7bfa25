//! Errors of SQL text: what is wrong, where, and a hint.

/// SQL text that PostgreSQL's grammar does not accept, or that is too large or too deep to be read.
///
/// `offset` counts bytes from the start of the text given; `line` and `column` count from one, the
/// column in characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct SyntaxError {
    /// What is wrong, in PostgreSQL's words where PostgreSQL found it.
    pub message: String,
    /// Byte offset into the text given.
    pub offset: usize,
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
    /// What to write instead, for the usual slips.
    pub hint: Option<String>,
}

impl SyntaxError {
    /// An error at a byte offset of `text`; an offset past the end, or inside a character, is moved
    /// back to the nearest boundary.
    pub fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        let position = Position::of(text, offset);
        SyntaxError {
            message: message.into(),
            offset: position.offset,
            line: position.line,
            column: position.column,
            hint: None,
        }
    }

    /// The same error with a hint.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// Byte offset.
    pub offset: usize,
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
}

impl Position {
    /// The place of a byte offset in a text.
    pub fn of(text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            offset,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters() {
        let text = "a\nbé c";
        let position = Position::of(text, text.find('c').unwrap_or_default());
        assert_eq!((position.line, position.column), (2, 4));
        // Inside the two bytes of é.
        assert_eq!(Position::of(text, 4).column, 2);
        assert_eq!(Position::of(text, 999).offset, text.len());
    }
}
