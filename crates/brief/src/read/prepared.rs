//! SQL that was changed a little before PostgreSQL's grammar reads it, and where its bytes come from.

/// SQL and the origin of its bytes.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    pub(crate) sql: String,
    /// From this byte of `sql` on, the bytes come from that byte of the text: one by one, or all of
    /// them from that place.
    pieces: Vec<(usize, usize, bool)>,
}

impl Prepared {
    pub(crate) fn push(&mut self, sql: &str, from: usize, verbatim: bool) {
        self.pieces.push((self.sql.len(), from, verbatim));
        self.sql.push_str(sql);
    }

    /// The byte of the original text.
    pub(crate) fn origin(&self, byte: usize) -> usize {
        let index = self
            .pieces
            .partition_point(|(start, ..)| *start <= byte)
            .saturating_sub(1);
        match self.pieces.get(index) {
            Some((start, from, true)) => from + byte - start,
            Some((_, from, false)) => *from,
            None => byte,
        }
    }
}

/// The nearest character boundary at or before a byte.
pub(crate) fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

/// The length of the quoted text that begins here.
pub(crate) fn quoted_length(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

/// The length of a word or dotted path.
pub(crate) fn word_length(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let dot = c == '.' && text[at + 1..].starts_with(|n: char| n.is_alphabetic() || n == '_');
        if !(c.is_alphanumeric() || c == '_' || dot) {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}
