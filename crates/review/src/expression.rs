//! Questions that rules ask of expressions and of the bodies of routines.

use std::collections::BTreeSet;

use pgwright_catalog::write::{Token, TokenKind, scan};
use pgwright_catalog::{Catalog, Routine, RoutineBody};
use pgwright_ddl::expr::{Expr, parse_expression};

/// Whether a type is one for text: text, varchar or char, and no array of them.
pub(crate) fn is_text(data_type: &str) -> bool {
    let text = data_type == "text" || data_type.starts_with("character");
    text && !data_type.ends_with(']')
}

/// The tree of an expression, where it can be read.
pub(crate) fn parse(sql: &str) -> Option<Expr> {
    parse_expression(sql).ok()
}

/// Every part of an expression, itself included.
pub(crate) fn any(expr: &Expr, wanted: &mut dyn FnMut(&Expr) -> bool) -> bool {
    let mut found = false;
    expr.visit(&mut |part| found |= wanted(part));
    found
}

/// The names of the columns in an expression, without what stands before them.
pub(crate) fn columns(expr: &Expr) -> BTreeSet<String> {
    expr.columns()
        .into_iter()
        .filter_map(|path| path.last().cloned())
        .collect()
}

/// The functions that an expression calls, qualified where they are written so.
pub(crate) fn functions(expr: &Expr) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    expr.visit(&mut |part| {
        if let Expr::Function { name, .. } = part {
            found.insert(name.clone());
        }
    });
    found
}

/// The routines of a schema that go by a name.
pub(crate) fn routines_named<'a>(
    catalog: &'a Catalog,
    path: &'a [String],
) -> impl Iterator<Item = (&'a pgwright_catalog::RoutineSignature, &'a Routine)> {
    catalog
        .routines
        .iter()
        .filter(move |(signature, _)| match path {
            [name] => signature.name.name.as_str() == name,
            [schema, name] => {
                signature.name.name.as_str() == name && signature.name.schema.as_str() == schema
            }
            _ => false,
        })
}

/// The text of a body that is SQL or PL/pgSQL.
pub(crate) fn body(routine: &Routine) -> Option<&str> {
    let known = matches!(routine.language.as_str(), "sql" | "plpgsql");
    match &routine.body {
        RoutineBody::Text(text) | RoutineBody::Sql(text) if known => Some(text),
        _ => None,
    }
}

/// The tables of the schema that a body reads or writes by name, as its words tell.
pub(crate) fn relations_in(
    body: &str,
    catalog: &Catalog,
) -> BTreeSet<pgwright_catalog::QualifiedName> {
    let tokens = scan(body);
    let mut found = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let before_relation = ["from", "join", "into", "update"]
            .iter()
            .any(|w| token.is(w));
        if !before_relation {
            continue;
        }
        let mut next = at + 1;
        while tokens
            .get(next)
            .is_some_and(|t| t.is("only") || t.is("lateral"))
        {
            next += 1;
        }
        let Some(first) = tokens.get(next).and_then(Token::name) else {
            continue;
        };
        let qualified = tokens.get(next + 1).is_some_and(|t| t.is_symbol("."));
        let second = tokens.get(next + 2).and_then(Token::name);
        // `FROM f(…)` is a function.
        let after = if qualified { next + 3 } else { next + 1 };
        if tokens.get(after).is_some_and(|t| t.is_symbol("(")) && !token.is("into") {
            continue;
        }
        for name in catalog.tables.keys() {
            let hit = match (&second, qualified) {
                (Some(second), true) => {
                    name.schema.as_str() == first && name.name.as_str() == second
                }
                _ => name.name.as_str() == first,
            };
            if hit {
                found.insert(name.clone());
            }
        }
    }
    found
}

/// Whether a word stands in a body as a call: `now(`.
pub(crate) fn calls(body: &str, name: &str) -> bool {
    let tokens = scan(body);
    tokens.windows(2).any(|pair| {
        pair[0].kind == TokenKind::Word
            && pair[0].text.eq_ignore_ascii_case(name)
            && pair[1].is_symbol("(")
    })
}

/// Whether a word stands in a text, the bodies that are quoted in it included.
pub(crate) fn has_word_inside(text: &str, word: &str) -> bool {
    scan(text).iter().any(|token| {
        let body = token.literal().filter(|_| token.text.starts_with('$'));
        token.is(word) || body.is_some_and(|body| has_word(&body, word))
    })
}

/// Whether a word stands in a body.
pub(crate) fn has_word(body: &str, word: &str) -> bool {
    scan(body).iter().any(|token| token.is(word))
}
