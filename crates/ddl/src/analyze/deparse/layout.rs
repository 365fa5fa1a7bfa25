//! Lines and indentation of printed queries.
//!
//! The server indents as it prints, by rules that depend on the level reached so far and on whether a
//! part already broke its own line; they are followed to the letter, because texts are compared.

use super::printer::Printer;

/// How far a clause is indented.
pub(super) const STANDARD: i32 = 8;
/// How far a join stands right of FROM.
pub(super) const JOIN: i32 = 4;
/// How far lists and CASE branches are indented.
pub(super) const LIST: i32 = 4;
/// From this level on the steps get smaller, so that deep queries stay on the page.
const LIMIT: i32 = 40;

impl Printer<'_> {
    /// Starts a new line with a key word: the level changes by `before`, the line is indented by the
    /// level and `plus`, and then the level changes by `after`. Without indentation, just the word.
    pub(super) fn keyword(&mut self, word: &str, before: i32, after: i32, plus: i32) {
        if !self.state.indent {
            self.out.push_str(word);
            return;
        }
        self.state.level += before;
        self.trim_spaces();
        self.out.push('\n');
        let level = self.state.level;
        let amount = if level < LIMIT {
            level.max(0) + plus
        } else {
            (LIMIT + (level - LIMIT) / (STANDARD / 2)) % LIMIT + plus
        };
        for _ in 0..amount {
            self.out.push(' ');
        }
        self.out.push_str(word);
        self.state.level = (self.state.level + after).max(0);
    }

    /// A clause of a query: a line of its own, one level out.
    pub(super) fn clause(&mut self, word: &str, plus: i32) {
        self.keyword(word, -STANDARD, STANDARD, plus);
    }

    /// A line break at the current level.
    pub(super) fn line(&mut self) {
        self.keyword("", 0, 0, 0);
    }

    /// Enters a level, with the space that a query begins with.
    pub(super) fn enter_query(&mut self) {
        if self.state.indent {
            self.state.level += STANDARD;
            self.out.push(' ');
        }
    }

    /// Changes the level where lines are indented at all.
    pub(super) fn shift(&mut self, by: i32) {
        if self.state.indent {
            self.state.level += by;
        }
    }

    /// Takes away the spaces at the end of what was printed.
    pub(super) fn trim_spaces(&mut self) {
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
    }
}
