//! What is wrong with a brief, and where.

use std::fmt::Write as _;
use std::ops::Range;

use crate::model::Span;

/// One thing that is wrong with a brief, or doubtful in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{}: {message}", span.line, span.column)]
pub struct BriefError {
    /// Where it begins.
    pub span: Span,
    /// Where it stands in the text, in bytes; empty where something is missing.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl BriefError {
    /// The error with the line it is about, its place underlined and the hint below, for a terminal
    /// without colours. `text` is the brief that was read, `file` the name to show.
    pub fn render(&self, text: &str, file: &str) -> String {
        let mut shown = format!(
            "{file}:{}:{}: {}\n",
            self.span.line, self.span.column, self.message
        );
        let number = self.span.line.to_string();
        let margin = " ".repeat(number.len());
        if let Some(line) = text
            .lines()
            .nth((self.span.line as usize).saturating_sub(1))
        {
            let before = (self.span.column as usize).saturating_sub(1);
            let rest = line.chars().count().saturating_sub(before);
            let marked = text
                .get(self.range.clone())
                .and_then(|marked| marked.lines().next())
                .map_or(0, |first| first.chars().count());
            let marks = "^".repeat(marked.min(rest).max(1));
            // A tab stays a tab so that the marks stand under what they mark.
            let indent: String = line
                .chars()
                .take(before)
                .map(|c| if c == '\t' { '\t' } else { ' ' })
                .collect();
            let _ = write!(
                shown,
                "{margin} |\n{number} | {line}\n{margin} | {indent}{marks}\n"
            );
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(shown, "{margin} = hint: {hint}");
        }
        shown
    }
}

/// Finds the line and column of byte offsets.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let starts = std::iter::once(0)
            .chain(
                text.bytes()
                    .enumerate()
                    .filter(|(_, b)| *b == b'\n')
                    .map(|(i, _)| i + 1),
            )
            .collect();
        Lines { text, starts }
    }

    pub(crate) fn span(&self, offset: usize) -> Span {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts[line - 1];
        let column = self.text[start..offset].chars().count() + 1;
        Span {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }
}

impl Lines<'_> {
    /// The word at a line and column, as a byte range.
    pub(crate) fn word_at(&self, span: Span) -> Range<usize> {
        let line = (span.line as usize).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let rest = &self.text[start..];
        let skip: usize = rest
            .chars()
            .take((span.column as usize).saturating_sub(1))
            .map(char::len_utf8)
            .sum();
        let word = rest[skip..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_');
        let length: usize = word.map(char::len_utf8).sum();
        start + skip..start + skip + length
    }
}

/// Collects what is wrong, in the order it is found.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) lines: Lines<'a>,
    pub(crate) errors: Vec<BriefError>,
    pub(crate) warnings: Vec<BriefError>,
}

/// More errors than a person reads at once; a hostile file must not make a million of them.
const MOST_ERRORS: usize = 500;

impl<'a> Report<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Report {
            lines: Lines::of(text),
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(crate) fn span(&self, range: &Range<usize>) -> Span {
        self.lines.span(range.start)
    }

    pub(crate) fn error(&mut self, range: Range<usize>, message: impl Into<String>) {
        self.push(range, message.into(), None);
    }

    pub(crate) fn error_hint(
        &mut self,
        range: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(range, message.into(), Some(hint.into()));
    }

    pub(crate) fn push(&mut self, range: Range<usize>, message: String, hint: Option<String>) {
        if self.errors.len() < MOST_ERRORS {
            let span = self.span(&range);
            self.errors.push(BriefError {
                span,
                range,
                message,
                hint,
            });
        }
    }

    pub(crate) fn warn(
        &mut self,
        range: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if self.warnings.len() < MOST_ERRORS {
            let span = self.span(&range);
            let (message, hint) = (message.into(), Some(hint.into()));
            self.warnings.push(BriefError {
                span,
                range,
                message,
                hint,
            });
        }
    }
}
