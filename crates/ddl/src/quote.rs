//! Quoting of identifiers and text literals.

use pg_query::protobuf::KeywordKind;

pub use pgwright_catalog::{quote_identifier as identifier, quote_literal as literal};

/// A function's name as SQL. Keywords such as `left`, which may name a function, stay bare.
pub fn function_identifier(name: &str) -> String {
    let bare = is_plain(name)
        && matches!(
            keyword_kind(name),
            None | Some(KeywordKind::UnreservedKeyword) | Some(KeywordKind::TypeFuncNameKeyword)
        );
    if bare {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// A dotted path of identifiers as SQL. An element `*` stays a star.
pub fn path(names: &[String]) -> String {
    names
        .iter()
        .map(|name| {
            if name == "*" {
                "*".to_owned()
            } else {
                identifier(name)
            }
        })
        .collect::<Vec<_>>()
        .join(".")
}

fn is_plain(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The keyword kind of a plain word, asked of PostgreSQL's own scanner.
fn keyword_kind(name: &str) -> Option<KeywordKind> {
    let tokens = pg_query::scan_tokens(name).ok()?;
    match tokens.as_slice() {
        [token] => match token.keyword_kind() {
            KeywordKind::NoKeyword => None,
            kind => Some(kind),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_quoted_only_when_they_must_be() {
        for (name, sql) in [
            ("customer", "customer"),
            ("order", "\"order\""),
            ("Order", "\"Order\""),
            ("left", "\"left\""),
            ("name", "name"),
            ("between", "\"between\""),
            ("due date", "\"due date\""),
            ("a\"b", "\"a\"\"b\""),
            ("", "\"\""),
            ("1st", "\"1st\""),
        ] {
            assert_eq!(identifier(name), sql);
        }
        assert_eq!(function_identifier("left"), "left");
        assert_eq!(function_identifier("coalesce"), "\"coalesce\"");
    }

    #[test]
    fn literals_survive_quotes_and_backslashes() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"^\d+$"), r"E'^\\d+$'");
    }
}
