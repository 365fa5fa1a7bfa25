//! The gate to PostgreSQL's parser: bounds the input, and finds the place of an error.
//!
//! Everything of this crate that needs a parse tree comes through here, so that no text can make the
//! parser recurse without bound, and so that every error has a place.

use pg_query::protobuf;

use crate::error::SyntaxError;

/// The longest text that is read at all. The largest real schema dumps are some ten megabytes.
pub const MAXIMUM_TEXT: usize = 64 << 20;
/// The longest single statement or expression that is turned into a tree.
pub const MAXIMUM_STATEMENT: usize = 4 << 20;
/// How deep parentheses, brackets and CASE may nest.
pub const MAXIMUM_NESTING: usize = 64;
/// How many operators one statement may have. A chain `a + b + c …` is as deep as it is long, and
/// the parser walks its tree recursively; AND, OR and commas make lists, and do not count.
pub const MAXIMUM_OPERATORS: usize = 10_000;

/// A token: where it is and which.
pub(crate) type Token = protobuf::ScanToken;

/// The text of a token.
pub(crate) fn text_of<'a>(sql: &'a str, token: &Token) -> &'a str {
    sql.get(token.start.max(0) as usize..token.end.max(0) as usize)
        .unwrap_or_default()
}

/// Whether a token is a comment.
pub(crate) fn is_comment(token: &Token) -> bool {
    matches!(
        token.token(),
        protobuf::Token::SqlComment | protobuf::Token::CComment
    )
}

/// The tokens of a text, comments left out.
pub(crate) fn tokens(sql: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut tokens = all_tokens(sql)?;
    tokens.retain(|token| !is_comment(token));
    Ok(tokens)
}

/// The tokens of a text, comments among them.
pub(crate) fn all_tokens(sql: &str) -> Result<Vec<Token>, SyntaxError> {
    if sql.len() > MAXIMUM_TEXT {
        return Err(SyntaxError::at(
            sql,
            0,
            format!(
                "the text has {} bytes; at most {MAXIMUM_TEXT} are read",
                sql.len()
            ),
        ));
    }
    if let Some(nul) = sql.find('\0') {
        return Err(SyntaxError::at(sql, nul, "a zero byte in the text"));
    }
    // The binding makes a slice of a null pointer where there are no tokens, so that one is put before.
    let mut tokens =
        pg_query::scan_tokens(&format!(";{sql}")).map_err(|error| scan_error(sql, &error))?;
    if !tokens.is_empty() {
        tokens.remove(0);
    }
    for token in &mut tokens {
        token.start -= 1;
        token.end -= 1;
    }
    Ok(tokens)
}

/// The parse trees of a text.
pub(crate) fn statements(sql: &str) -> Result<Vec<protobuf::RawStmt>, SyntaxError> {
    let tokens = tokens(sql)?;
    check_bounds(sql, &tokens)?;
    match pg_query::parse(sql, 0) {
        Ok(result) => Ok(result.protobuf.stmts),
        Err(error) => Err(parse_error(sql, &tokens, &error)),
    }
}

/// Refuses what would make a recursive walk too deep.
pub(crate) fn check_bounds(sql: &str, tokens: &[Token]) -> Result<(), SyntaxError> {
    use protobuf::Token as T;
    let mut nesting = 0usize;
    let mut operators = 0usize;
    let mut statement_start = 0usize;
    for token in tokens {
        let place = token.start.max(0) as usize;
        match token.token() {
            T::Ascii40 | T::Ascii91 | T::Case => nesting += 1,
            T::Ascii41 | T::Ascii93 | T::EndP => nesting = nesting.saturating_sub(1),
            T::Ascii59 if nesting == 0 => {
                operators = 0;
                statement_start = token.end.max(0) as usize;
            }
            T::Ascii44 | T::Ascii46 | T::Ascii59 | T::And | T::Or => {}
            T::Op
            | T::Typecast
            | T::LessEquals
            | T::GreaterEquals
            | T::NotEquals
            | T::Not
            | T::Is
            | T::At
            | T::Collate
            | T::Union
            | T::Except
            | T::Intersect
            | T::Join => operators += 1,
            // The one-character operators: % * + - / < = > ^
            T::Ascii37
            | T::Ascii42
            | T::Ascii43
            | T::Ascii45
            | T::Ascii47
            | T::Ascii60
            | T::Ascii61
            | T::Ascii62
            | T::Ascii94 => operators += 1,
            _ => {}
        }
        if nesting > MAXIMUM_NESTING {
            return Err(SyntaxError::at(
                sql,
                place,
                format!("nested more than {MAXIMUM_NESTING} levels deep"),
            ));
        }
        if operators > MAXIMUM_OPERATORS {
            return Err(SyntaxError::at(
                sql,
                place,
                format!("more than {MAXIMUM_OPERATORS} operators in one statement"),
            ));
        }
        if place.saturating_sub(statement_start) > MAXIMUM_STATEMENT {
            return Err(SyntaxError::at(
                sql,
                statement_start,
                format!("a statement longer than {MAXIMUM_STATEMENT} bytes"),
            ));
        }
    }
    Ok(())
}

/// The message without the wording that the binding puts before it.
fn message_of(error: &pg_query::Error) -> String {
    match error {
        pg_query::Error::Parse(message)
        | pg_query::Error::Scan(message)
        | pg_query::Error::Split(message) => message.clone(),
        // The tree is handed over in an encoding whose reader stops at a hundred levels.
        pg_query::Error::Decode(_) => {
            "an expression nested too deeply, or too long a chain of operators".to_owned()
        }
        other => other.to_string(),
    }
}

/// An error of the scanner: its message quotes the text from the offending place on, which finds it.
fn scan_error(sql: &str, error: &pg_query::Error) -> SyntaxError {
    let message = message_of(error);
    let near = near_text(&message);
    let offset = match near {
        Some(near) if sql.ends_with(near) => sql.len() - near.len(),
        Some(near) => sql.find(near).unwrap_or(0),
        None => 0,
    };
    let message = match message.split_once(" at or near ") {
        Some((what, _)) if what.starts_with("unterminated") => what.to_owned(),
        _ => message,
    };
    let error = SyntaxError::at(sql, offset, message);
    if error.message.starts_with("unterminated quoted string") {
        return error.with_hint(
            "close the text with a single quote, and double a quote inside it: 'it''s'",
        );
    }
    if error.message.starts_with("unterminated quoted identifier") {
        return error.with_hint(
            "close the name with a double quote; text values take single quotes: 'paid'",
        );
    }
    error
}

/// The quoted text of `… at or near "text"`.
fn near_text(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(" at or near \"")?;
    rest.strip_suffix('"')
}

/// An error of the parser. The binding drops the place, so it is found again: the parser reads from
/// left to right, and the shortest run of leading tokens that fails with the same message ends in
/// the offending one.
pub(crate) fn parse_error(sql: &str, tokens: &[Token], error: &pg_query::Error) -> SyntaxError {
    let message = message_of(error);
    if message.ends_with("at end of input") {
        return SyntaxError::at(sql, sql.trim_end().len(), message);
    }
    let fails_alike = |count: usize| {
        let end = tokens[count - 1].end.max(0) as usize;
        let Some(prefix) = sql.get(..end) else {
            return true;
        };
        let failed = pg_query::split_with_parser(prefix);
        failed.is_err_and(|error| message_of(&error) == message)
    };
    if tokens.is_empty() || !fails_alike(tokens.len()) {
        return SyntaxError::at(sql, 0, message);
    }
    let (mut low, mut high) = (1, tokens.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if fails_alike(middle) {
            high = middle
        } else {
            low = middle + 1
        }
    }
    SyntaxError::at(sql, tokens[low - 1].start.max(0) as usize, message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn finds_the_place_of_an_error() {
        let sql = "SELECT a FROM b;\nSELECT b FROM FROM c";
        let error = statements(sql).unwrap_err();
        assert_eq!(error.offset, sql.rfind("FROM").unwrap());
        assert_eq!((error.line, error.column), (2, 15));
        assert_eq!(statements("SELECT 1 +").unwrap_err().offset, 10);
        assert_eq!(statements("SELECT 'abc").unwrap_err().offset, 7);
        assert_eq!(statements("SELECT \"abc").unwrap_err().offset, 7);
        assert_eq!(statements("SELECT\0").unwrap_err().offset, 6);
    }

    #[test]
    fn bounds_depth_and_chains() {
        for deep in [
            format!("SELECT {}1{}", "(".repeat(100_000), ")".repeat(100_000)),
            format!("SELECT 1{}", "+1".repeat(200_000)),
            format!("SELECT 1{}", "+1".repeat(9_000)),
            format!("SELECT {}a", "- ".repeat(9_000)),
            format!("SELECT {}true", "NOT ".repeat(9_000)),
            format!("SELECT 1{}", " UNION SELECT 1".repeat(9_000)),
            format!("SELECT * FROM a{}", " NATURAL JOIN a".repeat(9_000)),
            format!("SELECT a{}", "::int".repeat(9_000)),
            format!("SELECT {}", "CASE WHEN ".repeat(9_000)),
        ] {
            assert!(statements(&deep).is_err(), "{}", &deep[..30]);
        }
        let wide = format!("SELECT {}true", "true AND ".repeat(9_000));
        assert!(statements(&wide).is_ok());
    }
}
