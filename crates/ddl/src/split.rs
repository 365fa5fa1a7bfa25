//! Splitting SQL text into statements.

use std::ops::Range;

use crate::error::{Position, SyntaxError};
use crate::parse;

/// One statement of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The statement, without the semicolon, and without comments before or after it.
    pub text: String,
    /// Where it is in the text, in bytes.
    pub range: Range<usize>,
    /// Line of its first token, from one.
    pub line: usize,
    /// Column of its first token in characters, from one.
    pub column: usize,
}

/// Splits a text into its statements; empty statements are left out.
///
/// The whole text must be valid: the boundaries are those of PostgreSQL's grammar (a function body in
/// `BEGIN ATOMIC … END` holds semicolons), and the first error is reported with its place.
///
/// ```
/// let statements = pgwright_ddl::split("-- first\nSELECT 1; SELECT ';';")?;
/// assert_eq!(statements[0].text, "SELECT 1");
/// assert_eq!((statements[1].line, statements[1].column), (2, 11));
/// # Ok::<(), pgwright_ddl::SyntaxError>(())
/// ```
pub fn split(sql: &str) -> Result<Vec<Statement>, SyntaxError> {
    let tokens = parse::tokens(sql)?;
    parse::check_bounds(sql, &tokens)?;
    let pieces = pg_query::split_with_parser(sql)
        .map_err(|error| parse::parse_error(sql, &tokens, &error))?;

    let mut statements = Vec::with_capacity(pieces.len());
    let mut lines = LineCounter {
        text: sql,
        position: Position {
            offset: 0,
            line: 1,
            column: 1,
        },
    };
    let mut next = 0;
    for piece in pieces {
        // The pieces are slices of `sql`, so that their distance is their offset.
        let start = piece.as_ptr() as usize - sql.as_ptr() as usize;
        let end = start + piece.len();
        while next < tokens.len() && (tokens[next].start as usize) < start {
            next += 1;
        }
        let first = next;
        while next < tokens.len() && (tokens[next].end as usize) <= end {
            next += 1;
        }
        let Some(inside) = tokens.get(first..next).filter(|inside| !inside.is_empty()) else {
            continue;
        };
        let range = inside[0].start as usize..inside[inside.len() - 1].end as usize;
        let Some(text) = sql.get(range.clone()) else {
            continue;
        };
        let position = lines.advance(range.start);
        statements.push(Statement {
            text: text.to_owned(),
            range,
            line: position.line,
            column: position.column,
        });
    }
    Ok(statements)
}

/// Counts lines forward, so that a long text is read once.
struct LineCounter<'a> {
    text: &'a str,
    position: Position,
}

impl LineCounter<'_> {
    fn advance(&mut self, offset: usize) -> Position {
        for character in self.text[self.position.offset..offset].chars() {
            if character == '\n' {
                self.position.line += 1;
                self.position.column = 1;
            } else {
                self.position.column += 1;
            }
        }
        self.position.offset = offset;
        self.position
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn comments_quotes_and_bodies_stay_whole() {
        let sql = "\n-- é; comment\n /* ; /* nested */ */ CREATE TABLE t (a text DEFAULT ';'); -- after\n\
                   CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ SELECT 1; $x$;;\n\
                   CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 1 -- end";
        let statements = split(sql).unwrap();
        let texts: Vec<_> = statements.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(texts.len(), 4);
        assert_eq!(texts[0], "CREATE TABLE t (a text DEFAULT ';')");
        assert!(texts[1].ends_with("$x$"));
        assert!(texts[2].ends_with("END"));
        assert_eq!(texts[3], "SELECT 1");
        assert_eq!((statements[0].line, statements[0].column), (3, 23));
        assert_eq!(statements[1].line, 4);
        for statement in &statements {
            assert_eq!(&sql[statement.range.clone()], statement.text);
        }
        assert_eq!(split(" -- nothing\n;").unwrap(), vec![]);
    }

    #[test]
    fn an_error_has_its_place() {
        let error = split("SELECT 1;\nSELEC 2;").unwrap_err();
        assert_eq!((error.offset, error.line, error.column), (10, 2, 1));
        assert_eq!(error.message, "syntax error at or near \"SELEC\"");
    }
}
