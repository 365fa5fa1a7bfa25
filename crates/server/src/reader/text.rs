//! Taking apart the SQL text that the server's own functions print.
//!
//! pg_get_indexdef and its like know best what is a default and what must be said, so their text is
//! read instead of their rules being written again.

/// The rest of `text` after one token, quoted strings and names and bracketed parts being one token.
fn skip(text: &str) -> &str {
    let mut characters = text.char_indices();
    let Some((_, first)) = characters.next() else {
        return "";
    };
    match first {
        '\'' | '"' => {
            // E'…' strings have backslash escapes; the server prints them only with that prefix,
            // and `skip_escape_string` has taken those.
            for (at, character) in characters {
                if character == first {
                    return &text[at + 1..];
                }
            }
            ""
        }
        'E' if text[1..].starts_with('\'') => {
            let mut escaped = false;
            for (at, character) in text.char_indices().skip(2) {
                match character {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '\'' => return &text[at + 1..],
                    _ => {}
                }
            }
            ""
        }
        // A name that merely ends in E is not the start of a string.
        _ if first.is_alphanumeric() || first == '_' => text
            .trim_start_matches(|character: char| character.is_alphanumeric() || character == '_'),
        _ => &text[first.len_utf8()..],
    }
}

/// The text inside the parenthesis or bracket that `text` begins with, and what follows it.
pub(super) fn enclosed(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with(['(', '[']) {
        return None;
    }
    let mut depth = 0_usize;
    let mut rest = text;
    while !rest.is_empty() {
        let next = skip(rest);
        match rest.as_bytes()[0] {
            b'(' | b'[' => depth += 1,
            b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some((&text[1..text.len() - rest.len()], next));
                }
            }
            _ => {}
        }
        rest = next;
    }
    None
}

/// The place of the first of `needle` outside quotes and parentheses.
pub(super) fn find(text: &str, needle: &str) -> Option<usize> {
    let mut rest = text;
    while !rest.is_empty() {
        if rest.starts_with(needle) {
            return Some(text.len() - rest.len());
        }
        rest = match enclosed(rest) {
            Some((_, after)) => after,
            None => skip(rest),
        };
    }
    None
}

/// `((a > 0))` → `a > 0`, and `(a) + (b)` stays: parentheses go only where they enclose everything.
pub(super) fn strip_parentheses(text: &str) -> &str {
    let mut text = text.trim();
    while text.starts_with('(') {
        match enclosed(text) {
            Some((inside, "")) => text = inside.trim(),
            _ => break,
        }
    }
    text
}

/// Splits at the commas outside quotes and parentheses.
pub(super) fn split_list(text: &str) -> Vec<String> {
    split(text, ",")
}

/// Splits at a separator outside quotes and parentheses.
pub(super) fn split(text: &str, separator: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(place) = find(rest, separator) {
        parts.push(rest[..place].trim().to_owned());
        rest = &rest[place + separator.len()..];
    }
    if !rest.trim().is_empty() {
        parts.push(rest.trim().to_owned());
    }
    parts
}

/// What stands beside the key in an element of an index or exclusion constraint.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ElementSuffix {
    pub(super) collation: Option<String>,
    pub(super) operator_class: Option<String>,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
    pub(super) operator: Option<String>,
}

/// The elements of `… USING method (element, element) …`, of an index or an exclusion constraint.
///
/// `None` when the text does not have the expected form.
pub(super) fn elements(definition: &str) -> Option<Vec<String>> {
    let using = match definition.strip_prefix("EXCLUDE USING ") {
        Some(rest) => rest,
        None => &definition[find(definition, " USING ")? + " USING ".len()..],
    };
    let (inside, _) = enclosed(&using[find(using, "(")?..])?;
    Some(split_list(inside))
}

/// The operator of an element of an exclusion constraint, given the text of its key without outer
/// parentheses.
pub(super) fn operator(element: &str, key: &str) -> Option<String> {
    let rest = match element.strip_prefix(key) {
        Some(rest) => rest,
        // An expression in parentheses.
        None => enclosed(element)?.1,
    };
    element_suffix(rest)?.operator
}

/// Reads what stands beside a key.
pub(super) fn element_suffix(text: &str) -> Option<ElementSuffix> {
    let mut suffix = ElementSuffix::default();
    let mut nulls = None;
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("COLLATE ") {
            let (name, after) = qualified_name(after)?;
            suffix.collation = Some(name.to_owned());
            rest = after;
        } else if let Some(after) = rest.strip_prefix("WITH ") {
            suffix.operator = Some(after.trim().to_owned());
            rest = "";
        } else if let Some(after) = rest.strip_prefix("NULLS FIRST") {
            nulls = Some(true);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("NULLS LAST") {
            nulls = Some(false);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("DESC") {
            suffix.descending = true;
            rest = after;
        } else {
            // Operator class, perhaps with parameters.
            let (_, mut after) = qualified_name(rest)?;
            if let Some((_, beyond)) = enclosed(after.trim_start()) {
                after = beyond;
            }
            suffix.operator_class = Some(rest[..rest.len() - after.len()].trim().to_owned());
            rest = after;
        }
        rest = rest.trim_start();
    }
    suffix.nulls_first = nulls.unwrap_or(suffix.descending);
    Some(suffix)
}

/// `"C"`, `public.gin_trgm_ops` at the beginning of `text`, and the rest.
fn qualified_name(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    loop {
        if !rest.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"') {
            return None;
        }
        // A quote within a quoted name is doubled.
        let quoted = rest.starts_with('"');
        rest = skip(rest);
        while quoted && rest.starts_with('"') {
            rest = skip(rest);
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None => return Some((&text[..text.len() - rest.len()], rest)),
        }
    }
}

/// `{fillfactor=70,…}` as its names and values.
pub(super) fn options(list: Option<Vec<String>>) -> std::collections::BTreeMap<String, String> {
    list.unwrap_or_default()
        .into_iter()
        .map(|option| match option.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (option, "true".to_owned()),
        })
        .collect()
}

/// A list setting such as search_path, as stored (`"$user", public`), as SQL: `'$user', 'public'`.
pub(super) fn setting_list(value: &str) -> String {
    split_list(value)
        .iter()
        .map(|item| {
            let name = match item.strip_prefix('"').and_then(|i| i.strip_suffix('"')) {
                Some(inside) => inside.replace("\"\"", "\""),
                None => item.clone(),
            };
            pgwright_catalog::quote_literal(&name)
        })
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn parentheses_go_only_where_they_enclose_everything() {
        for (text, stripped) in [
            ("((a > 0))", "a > 0"),
            ("(a) + (b)", "(a) + (b)"),
            ("(a = ')'::text)", "a = ')'::text"),
            (r"(a = E'\')'::text)", r"a = E'\')'::text"),
            (r#"("odd)" > 0)"#, r#""odd)" > 0"#),
            ("lower(a)", "lower(a)"),
            ("(E > 0)", "E > 0"),
        ] {
            assert_eq!(strip_parentheses(text), stripped);
        }
    }

    #[test]
    fn lists_split_outside_quotes_and_parentheses() {
        assert_eq!(split_list("'a, b', f(x, y), 3"), ["'a, b'", "f(x, y)", "3"]);
        assert_eq!(split_list("ARRAY[1, 2], it"), ["ARRAY[1, 2]", "it"]);
        assert_eq!(split_list(""), Vec::<String>::new());
    }

    #[test]
    fn elements_are_read_with_collation_class_and_order() {
        let definition = r#"CREATE UNIQUE INDEX "a USING b" ON s.t USING btree (name COLLATE "C" DESC NULLS LAST, lower(name) text_pattern_ops, ((a || ', '::text)) DESC, x public.gist_trgm_ops (siglen='32')) INCLUDE (y) WHERE (a > 0)"#;
        let found = elements(definition).unwrap();
        let keys = ["name", "lower(name)", "((a || ', '::text))", "x"];
        let suffix = |place: usize| -> ElementSuffix {
            element_suffix(found[place].strip_prefix(keys[place]).unwrap()).unwrap()
        };
        assert_eq!(suffix(0).collation.as_deref(), Some("\"C\""));
        assert!(suffix(0).descending && !suffix(0).nulls_first);
        assert_eq!(
            suffix(1).operator_class.as_deref(),
            Some("text_pattern_ops")
        );
        assert!(suffix(2).descending && suffix(2).nulls_first);
        let class = suffix(3).operator_class;
        assert_eq!(class.as_deref(), Some("public.gist_trgm_ops (siglen='32')"));
    }

    #[test]
    fn exclusion_elements_have_operators() {
        let definition = "EXCLUDE USING gist (room WITH =, tstzrange(a, b) WITH &&, ((c + 1)) WITH OPERATOR(public.<->)) WHERE (NOT cancelled)";
        let found = elements(definition).unwrap();
        let keys = ["room", "tstzrange(a, b)", "c + 1"];
        let operators = found
            .iter()
            .zip(keys)
            .map(|(text, key)| operator(text, key));
        let operators: Vec<String> = operators.map(Option::unwrap).collect();
        assert_eq!(operators, ["=", "&&", "OPERATOR(public.<->)"]);
    }

    #[test]
    fn list_settings_become_literals() {
        assert_eq!(setting_list("\"\""), "''");
        assert_eq!(
            setting_list("pg_catalog, \"$user\", \"My Schema\""),
            "'pg_catalog', '$user', 'My Schema'"
        );
    }
}
