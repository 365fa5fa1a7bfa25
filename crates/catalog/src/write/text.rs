//! Layout shared by all statements: types, conditions, lists, dollar quotes.

use std::collections::BTreeMap;

use super::scan::{Token, scan};
use super::{TokenKind, WIDTH};
use crate::{Name, quote_identifier, quote_literal};

/// A type in its usual short spelling: `timestamptz` for `timestamp with time zone`.
pub fn type_name(data_type: &str) -> String {
    let base = data_type.trim_end_matches("[]");
    let array = &data_type[base.len()..];
    let short = match base {
        "timestamp with time zone" => "timestamptz".to_owned(),
        "timestamp without time zone" => "timestamp".to_owned(),
        "time with time zone" => "timetz".to_owned(),
        "time without time zone" => "time".to_owned(),
        "character varying" => "varchar".to_owned(),
        _ => with_modifier(base).unwrap_or_else(|| base.to_owned()),
    };
    format!("{short}{array}")
}

/// The short spelling of a type with a modifier: `timestamp(3) with time zone`.
fn with_modifier(base: &str) -> Option<String> {
    if let Some(rest) = base.strip_prefix("character varying(") {
        return Some(format!("varchar({rest}"));
    }
    if let Some(rest) = base.strip_prefix("character(") {
        return Some(format!("char({rest}"));
    }
    for (prefix, plain, zoned) in [
        ("timestamp(", "timestamp", "timestamptz"),
        ("time(", "time", "timetz"),
    ] {
        match base.strip_prefix(prefix).and_then(|r| r.split_once(')')) {
            Some((precision, " with time zone")) => return Some(format!("{zoned}({precision})")),
            Some((precision, " without time zone")) => {
                return Some(format!("{plain}({precision})"));
            }
            _ => {}
        }
    }
    None
}

/// A body between dollar quotes, with a tag that the body does not hold.
pub fn dollar_quote(body: &str) -> String {
    // A body that ends with the start of the tag would close too early.
    let free = |tag: &str| !body.contains(tag) && !body.ends_with(&tag[..tag.len() - 1]);
    let mut tag = "$$".to_owned();
    let mut number = 0;
    while !free(&tag) {
        number += 1;
        tag = match number {
            1 => "$body$".to_owned(),
            _ => format!("$body{number}$"),
        };
    }
    format!("{tag}{body}{tag}")
}

/// A comma-separated list of names.
pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a Name>) -> String {
    names
        .into_iter()
        .map(Name::quoted)
        .collect::<Vec<_>>()
        .join(", ")
}

/// `(a = 1, b = 'x')`: storage parameters and view options.
pub(super) fn options(options: &BTreeMap<String, String>) -> String {
    let list: Vec<_> = options
        .iter()
        .map(|(key, value)| {
            // `toast.` parameters are two names.
            let key = key
                .split('.')
                .map(quote_identifier)
                .collect::<Vec<_>>()
                .join(".");
            format!("{key} = {}", option_value(value))
        })
        .collect();
    format!("({})", list.join(", "))
}

fn option_value(value: &str) -> String {
    let plain = !value.is_empty()
        && (value.parse::<f64>().is_ok() && !value.contains(['n', 'N', 'i', 'I', '+'])
            || value.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    if plain {
        value.to_owned()
    } else {
        quote_literal(value)
    }
}

/// `head (items)` on one line when it fits, else one item a line.
pub(super) fn parenthesised(head: &str, items: &[String], indent: usize) -> String {
    let line = format!("{head}({})", items.join(", "));
    if line.len() + indent <= WIDTH && !line.contains('\n') {
        return line;
    }
    let inner = " ".repeat(indent + 4);
    format!(
        "{head}(\n{inner}{}\n{})",
        items.join(&format!(",\n{inner}")),
        " ".repeat(indent)
    )
}

/// `head (condition)`, with a long condition one term a line.
pub(super) fn condition(head: &str, sql: &str, indent: usize) -> String {
    let sql = &super::between::restored(sql.trim());
    let line = format!("{head} ({sql})");
    if !line.contains('\n') && line.len() + indent <= WIDTH {
        return line;
    }
    let inner = " ".repeat(indent + 4);
    // Text that brings its own lines keeps them.
    let body = if sql.contains('\n') {
        sql.to_owned()
    } else {
        terms(sql).join(&format!("\n{inner}"))
    };
    format!("{head} (\n{inner}{body}\n{})", " ".repeat(indent))
}

/// Cuts a condition before each AND (or OR, which binds less) that stands in no parentheses.
fn terms(sql: &str) -> Vec<&str> {
    let tokens = scan(sql);
    let word = if connectives(&tokens, "OR").is_empty() {
        "AND"
    } else {
        "OR"
    };
    let mut terms = Vec::new();
    let mut from = 0;
    for at in connectives(&tokens, word) {
        terms.push(sql[from..at].trim_end());
        from = at;
    }
    terms.push(&sql[from..]);
    terms
}

/// Where a connective stands outside parentheses, CASE … END and BETWEEN … AND.
fn connectives(tokens: &[Token<'_>], word: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut depth = 0_i32;
    let mut between = false;
    for token in tokens {
        if token.is_symbol("(") || token.is_symbol("[") || token.is("CASE") {
            depth += 1;
        } else if token.is_symbol(")") || token.is_symbol("]") || token.is("END") {
            depth -= 1;
        } else if depth == 0 && token.is("BETWEEN") {
            between = true;
        } else if depth == 0 && between && token.is("AND") {
            between = false;
        } else if depth == 0 && token.is(word) {
            found.push(token.start);
        }
    }
    found
}

/// An expression as an index key: in parentheses, unless it is one function call.
pub(super) fn index_expression(sql: &str) -> String {
    let sql = sql.trim();
    if is_function_call(sql) || is_wrapped(sql) {
        sql.to_owned()
    } else {
        format!("({sql})")
    }
}

/// True when one pair of parentheses holds the whole text.
pub(super) fn is_wrapped(sql: &str) -> bool {
    let tokens = scan(sql);
    tokens.first().is_some_and(|t| t.is_symbol("(")) && closes_at_end(&tokens, 0)
}

fn is_function_call(sql: &str) -> bool {
    // The grammar takes these without parentheses although they are key words.
    const SPECIAL: [&str; 4] = ["coalesce", "greatest", "least", "nullif"];
    let tokens = scan(sql);
    let Some(open) = tokens.iter().position(|t| t.is_symbol("(")) else {
        return false;
    };
    let name = &tokens[..open];
    let shape = name.iter().enumerate().all(|(i, t)| {
        if i % 2 == 0 {
            matches!(t.kind, TokenKind::Word | TokenKind::QuotedName)
        } else {
            t.is_symbol(".")
        }
    });
    let key_word = matches!(name, [only] if only.kind == TokenKind::Word
        && crate::name::is_key_word(&only.text.to_lowercase())
        && !SPECIAL.contains(&only.text.to_lowercase().as_str()));
    open % 2 == 1 && shape && !key_word && closes_at_end(&tokens, open)
}

/// True when the parenthesis at `open` is closed by the last token.
fn closes_at_end(tokens: &[Token<'_>], open: usize) -> bool {
    let mut depth = 0_i32;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth -= 1;
            if depth == 0 {
                return i + 1 == tokens.len();
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_get_their_usual_short_spelling() {
        for (long, short) in [
            ("timestamp with time zone", "timestamptz"),
            ("timestamp(3) with time zone[]", "timestamptz(3)[]"),
            ("timestamp without time zone", "timestamp"),
            ("time(0) without time zone", "time(0)"),
            ("character varying(200)", "varchar(200)"),
            ("character(3)", "char(3)"),
            ("numeric(12,2)", "numeric(12,2)"),
            ("crm.stage[]", "crm.stage[]"),
        ] {
            assert_eq!(type_name(long), short);
        }
    }

    #[test]
    fn dollar_quotes_find_a_tag_that_the_body_does_not_hold() {
        assert_eq!(dollar_quote("x"), "$$x$$");
        assert_eq!(dollar_quote("a $$ b"), "$body$a $$ b$body$");
        assert_eq!(dollar_quote("cost $"), "$body$cost $$body$");
        assert_eq!(
            dollar_quote("$$ $body$ $body2"),
            "$body3$$$ $body$ $body2$body3$"
        );
    }

    #[test]
    fn long_conditions_break_at_the_weakest_connective() {
        assert_eq!(
            terms("a BETWEEN 1 AND 2 AND (b OR c) AND CASE WHEN d AND e THEN f END"),
            [
                "a BETWEEN 1 AND 2",
                "AND (b OR c)",
                "AND CASE WHEN d AND e THEN f END"
            ]
        );
        assert_eq!(terms("a AND b OR c"), ["a AND b", "OR c"]);
    }

    #[test]
    fn index_expressions_are_wrapped_unless_they_are_one_call() {
        for (sql, written) in [
            ("lower(email)", "lower(email)"),
            ("crm.f(a) || crm.f(b)", "(crm.f(a) || crm.f(b))"),
            ("(a + b)", "(a + b)"),
            ("(a) + (b)", "((a) + (b))"),
            ("coalesce(a, b)", "coalesce(a, b)"),
            ("NOT (a)", "(NOT (a))"),
            ("a", "(a)"),
        ] {
            assert_eq!(index_expression(sql), written);
        }
    }
}
