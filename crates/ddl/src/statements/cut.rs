//! Cuts a text into statements, each with the comments that are about it.

use std::collections::BTreeMap;

use crate::parse;
use crate::read::text::scan::{Piece, Scanner};

/// A statement of a text that need not be SQL as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The statement, without its semicolon and without comments before and after it.
    pub text: String,
    /// Line of its first token, from one.
    pub line: usize,
    /// What its comments say, without their marks: those before it, those inside, and those behind its
    /// semicolon on the same line.
    pub comments: Vec<String>,
    /// Why it must not be parsed: too long, too deep.
    pub refused: Option<String>,
}

/// Cuts a text into statements as psql would: a statement that is no SQL spoils no other. Lines for psql itself
/// (`\timing`) and the data of `COPY … FROM stdin` are left out.
///
/// ```
/// let cuts = pgwright_ddl::statements::cut("-- calls: 5/s\nSELECT 1; -- name: one\nSELEC 2;");
/// assert_eq!(cuts[0].comments, ["calls: 5/s", "name: one"]);
/// assert_eq!((cuts[1].text.as_str(), cuts[1].line), ("SELEC 2", 3));
/// ```
pub fn cut(text: &str) -> Vec<Cut> {
    let mut scanner = Scanner::new(text);
    let none = BTreeMap::new();
    let mut found: Vec<Cut> = Vec::new();
    let mut end = 0;
    while let Some(piece) = scanner.next(&none) {
        let Piece::Statement(statement) = piece else {
            continue;
        };
        let gap = text.get(end..statement.start).unwrap_or_default();
        let before = around(gap, found.last_mut());
        let position = scanner.position(statement.start);
        let (inside, trimmed) = without_comments(&statement.text);
        let copies = is_copy_from_input(&trimmed);
        found.push(Cut {
            text: trimmed,
            line: position.line,
            comments: before.into_iter().chain(inside).collect(),
            refused: statement.refused.map(|(_, reason)| reason),
        });
        if copies {
            scanner.skip_data();
        }
        end = scanner.offset();
    }
    around(text.get(end..).unwrap_or_default(), found.last_mut());
    found
}

fn is_copy_from_input(statement: &str) -> bool {
    let words: Vec<String> = statement
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    words.first().is_some_and(|w| w == "copy")
        && words
            .windows(2)
            .any(|pair| pair[0] == "from" && pair[1].starts_with("stdin"))
}

/// The comments between two statements. Those on the line where the former ends are given to it.
fn around(gap: &str, former: Option<&mut Cut>) -> Vec<String> {
    let (same_line, rest) = match &former {
        Some(_) => gap.split_at(gap.find('\n').unwrap_or(gap.len())),
        None => ("", gap),
    };
    if let Some(former) = former {
        former.comments.extend(comments(same_line));
    }
    comments(rest)
}

/// The comments of a text that holds nothing else but blanks and semicolons.
fn comments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['-', '/']) {
        rest = &rest[at..];
        let (comment, end) = if rest.starts_with("--") {
            let end = rest.find('\n').unwrap_or(rest.len());
            (&rest[2..end], end)
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
            let inner = rest.get(2..end.saturating_sub(2)).unwrap_or_default();
            (inner, end)
        } else {
            rest = &rest[1..];
            continue;
        };
        found.push(comment.trim().to_owned());
        rest = &rest[end..];
    }
    found
}

/// The comments inside a statement, and the statement from its first to its last token.
fn without_comments(text: &str) -> (Vec<String>, String) {
    if !text.contains("--") && !text.contains("/*") {
        return (Vec::new(), text.to_owned());
    }
    let Ok(tokens) = parse::all_tokens(text) else {
        return (Vec::new(), text.to_owned());
    };
    let inside = tokens
        .iter()
        .filter(|token| parse::is_comment(token))
        .flat_map(|token| comments(parse::text_of(text, token)))
        .collect();
    let mut kept = tokens.iter().filter(|token| !parse::is_comment(token));
    let first = kept.next();
    let last = kept.next_back().or(first);
    let trimmed = match (first, last) {
        (Some(first), Some(last)) => text
            .get(first.start.max(0) as usize..last.end.max(0) as usize)
            .unwrap_or(text),
        _ => text,
    };
    (inside, trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_to_the_statement_they_are_about() {
        let cuts = cut(
            "-- of the file\n\n/* calls: 3 */ SELECT 1 /* inside */ ; -- behind\n-- before\nSELECT 2\n-- after\n",
        );
        assert_eq!(cuts.len(), 2);
        assert_eq!(
            cuts[0].comments,
            ["of the file", "calls: 3", "inside", "behind"]
        );
        assert_eq!(cuts[1].comments, ["before", "after"]);
        assert_eq!((cuts[1].text.as_str(), cuts[1].line), ("SELECT 2", 5));
    }

    #[test]
    fn a_statement_that_is_no_sql_spoils_no_other() {
        let cuts = cut("\\timing\nSELECT :id; COPY t FROM stdin;\nit's data\n\\.\nSELECT ?;");
        let texts: Vec<&str> = cuts.iter().map(|c| c.text.as_str()).collect();
        assert_eq!(texts, ["SELECT :id", "COPY t FROM stdin", "SELECT ?"]);
    }
}
