//! What the reader has to say about a text.

use std::fmt;

/// Something that was refused, not understood or left undecided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// File, when the text has a name.
    pub file: Option<String>,
    /// Line of the statement, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
    /// What kind of note.
    pub kind: NoteKind,
    /// What, in PostgreSQL's words where the server would say it.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Kinds of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// The text is not SQL; the statement is left out.
    SyntaxError,
    /// The server would refuse the statement: it has no effect.
    Failed,
    /// Whether it changes the schema, and how, cannot be told without a server.
    NotUnderstood,
    /// Held, but with an expression or a type as it is written, because something in it is not known.
    Undecided,
    /// It says nothing about the schema: data, settings, maintenance.
    Ignored,
}

impl NoteKind {
    /// The kind in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SyntaxError => "syntax error",
            Self::Failed => "failed",
            Self::NotUnderstood => "not understood",
            Self::Undecided => "undecided",
            Self::Ignored => "ignored",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:")?;
        }
        write!(
            f,
            "{}:{}: {}: {}",
            self.line,
            self.column,
            self.kind.as_str(),
            self.message
        )
    }
}
