//! Types by their text, as `format_type` prints them.

use std::borrow::Cow;

use pgwright_catalog::QualifiedName;

/// A type without its modifiers: `numeric(12,2)[]` → `numeric[]`. What stands in quotes is no modifier.
pub(in crate::read) fn without_modifiers(text: &str) -> Cow<'_, str> {
    let Some((from, to)) = modifiers(text) else {
        return Cow::Borrowed(text);
    };
    let (before, after) = (
        text.get(..from).unwrap_or_default(),
        text.get(to..).unwrap_or_default(),
    );
    Cow::Owned(format!("{before}{after}"))
}

/// Where the modifiers stand, parentheses included.
fn modifiers(text: &str) -> Option<(usize, usize)> {
    let mut quoted = false;
    let mut from = None;
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '(' if !quoted && from.is_none() => from = Some(at),
            ')' if !quoted => return Some((from?, at + 1)),
            _ => {}
        }
    }
    None
}

/// The element type, without modifiers.
pub(in crate::read) fn element(text: &str) -> Cow<'_, str> {
    match without_modifiers(text) {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_suffix("[]").unwrap_or(text)),
        Cow::Owned(text) => Cow::Owned(text.strip_suffix("[]").unwrap_or(&text).to_owned()),
    }
}

/// Schema and name of a type that is not PostgreSQL's own, out of its text.
pub(in crate::read) fn user_type(text: &str) -> Option<QualifiedName> {
    let element = element(text.strip_prefix("SETOF ").unwrap_or(text));
    let (schema, rest) = identifier(&element)?;
    let (name, rest) = identifier(rest.strip_prefix('.')?)?;
    rest.is_empty().then(|| QualifiedName::new(schema, name))
}

/// The identifier that a text begins with, quotes taken away, and the rest.
fn identifier(text: &str) -> Option<(String, &str)> {
    if let Some(inside) = text.strip_prefix('"') {
        let mut name = String::new();
        let mut characters = inside.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character != '"' {
                name.push(character);
            } else if matches!(characters.peek(), Some((_, '"'))) {
                characters.next();
                name.push('"');
            } else {
                return Some((name, inside.get(at + 1..)?));
            }
        }
        return None;
    }
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .unwrap_or(text.len());
    let name = text.get(..end)?;
    (!name.is_empty()).then(|| (name.to_owned(), text.get(end..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn modifiers_are_told_from_names() {
        assert_eq!(without_modifiers("numeric(12,2)[]"), "numeric[]");
        assert_eq!(without_modifiers("public.\"a(b)\""), "public.\"a(b)\"");
        assert_eq!(
            without_modifiers("timestamp(3) with time zone"),
            "timestamp with time zone"
        );
        assert_eq!(element("crm.stage[]"), "crm.stage");
    }

    #[test]
    fn user_types_are_told_from_the_systems() {
        assert_eq!(user_type("timestamp with time zone"), None);
        assert_eq!(
            user_type("crm.\"a\"\"b\"[]").unwrap(),
            QualifiedName::new("crm", "a\"b")
        );
        assert_eq!(
            user_type("SETOF crm.t").unwrap(),
            QualifiedName::new("crm", "t")
        );
    }
}
