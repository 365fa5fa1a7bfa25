//! Why a statement has no effect.

use super::note::NoteKind;

/// A statement that the server would refuse, or that cannot be followed without one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct Failure {
    /// The kind of note it becomes.
    pub(super) kind: NoteKind,
    /// PostgreSQL's own words.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
}

impl Failure {
    /// What the server would refuse, in its words.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            kind: NoteKind::Failed,
            message: message.into(),
            hint: None,
        }
    }

    /// What cannot be followed without a server.
    pub(super) fn not_understood(message: impl Into<String>) -> Self {
        Self {
            kind: NoteKind::NotUnderstood,
            message: message.into(),
            hint: None,
        }
    }

    /// The same with a hint.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// `relation "x" already exists`.
    pub(super) fn exists(what: &str, name: &str) -> Self {
        Self::new(format!("{what} \"{name}\" already exists"))
    }

    /// `relation "x" does not exist`.
    pub(super) fn missing(what: &str, name: &str) -> Self {
        Self::new(format!("{what} \"{name}\" does not exist"))
    }
}
