//! Why a text could not be analysed.

use std::fmt;

/// What could not be decided: an unknown name, an ambiguous call, a form that is not covered, or a
/// text that the server would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Undecided {
    /// What, in words.
    pub what: String,
    /// Where: byte offset in the text that was parsed, when known.
    pub position: Option<usize>,
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Undecided {
    /// Something undecided at a location of a raw tree (negative for none).
    pub fn at(location: i32, what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            position: usize::try_from(location).ok(),
        }
    }

    /// Something undecided at no known place.
    pub fn new(what: impl Into<String>) -> Self {
        Self::at(-1, what)
    }

    /// The same at a place, where none is known yet.
    #[must_use]
    pub fn or_at(mut self, location: i32) -> Self {
        if self.position.is_none() {
            self.position = usize::try_from(location).ok();
        }
        self
    }
}
