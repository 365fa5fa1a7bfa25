//! Range literals.

use std::sync::Arc;

/// Whether bounds are brought to the form `[…)`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Discrete {
    No,
    Integer,
    Date,
}

struct Bound {
    value: Option<Arc<str>>,
    inclusive: bool,
}

/// Reads `[a,b)` and writes it as the server does, the bounds through `element`.
pub(super) fn range(
    text: &str,
    discrete: Discrete,
    element: &dyn Fn(&str) -> Option<Arc<str>>,
) -> Option<Arc<str>> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("empty") {
        return Some("empty".into());
    }
    let (inside, low_inclusive) = match text.strip_prefix('[') {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('(')?, false),
    };
    let (inside, high_inclusive) = match inside.strip_suffix(']') {
        Some(rest) => (rest, true),
        None => (inside.strip_suffix(')')?, false),
    };
    let (low, high) = split(inside)?;
    let bound = |text: Option<String>, inclusive| -> Option<Bound> {
        match text {
            None => Some(Bound {
                value: None,
                inclusive: false,
            }),
            Some(text) => Some(Bound {
                value: Some(element(&text)?),
                inclusive,
            }),
        }
    };
    let mut low = bound(low, low_inclusive)?;
    let mut high = bound(high, high_inclusive)?;
    if discrete != Discrete::No {
        if let (Some(value), false) = (&low.value, low.inclusive) {
            low.value = Some(successor(value, discrete)?);
            low.inclusive = true;
        }
        if let (Some(value), true) = (&high.value, high.inclusive) {
            high.value = Some(successor(value, discrete)?);
            high.inclusive = false;
        }
    }
    if let (Some(l), Some(h)) = (&low.value, &high.value)
        && l == h
        && !(low.inclusive && high.inclusive)
    {
        return Some("empty".into());
    }
    Some(
        format!(
            "{}{},{}{}",
            if low.inclusive { '[' } else { '(' },
            low.value.as_deref().map(quoted).unwrap_or_default(),
            high.value.as_deref().map(quoted).unwrap_or_default(),
            if high.inclusive { ']' } else { ')' },
        )
        .into(),
    )
}

/// The texts of the two bounds; none for one that is left out.
fn split(inside: &str) -> Option<(Option<String>, Option<String>)> {
    let mut bounds = Vec::with_capacity(2);
    let mut text = String::new();
    let mut given = false;
    let mut in_quotes = false;
    let mut characters = inside.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' => {
                text.push(characters.next()?);
                given = true;
            }
            '"' if in_quotes && characters.peek() == Some(&'"') => {
                characters.next();
                text.push('"');
            }
            '"' => {
                in_quotes = !in_quotes;
                given = true;
            }
            ',' if !in_quotes => {
                bounds.push(given.then(|| std::mem::take(&mut text)));
                given = false;
            }
            c => {
                text.push(c);
                given = true;
            }
        }
    }
    bounds.push(given.then_some(text));
    let mut bounds = bounds.into_iter();
    match (bounds.next(), bounds.next(), bounds.next()) {
        (Some(low), Some(high), None) if !in_quotes => Some((low, high)),
        _ => None,
    }
}

fn successor(value: &str, discrete: Discrete) -> Option<Arc<str>> {
    match discrete {
        Discrete::No => None,
        Discrete::Integer => Some(
            (value.parse::<i64>().ok()?.checked_add(1)?)
                .to_string()
                .into(),
        ),
        Discrete::Date => {
            let date: jiff::civil::Date = value.parse().ok()?;
            Some(date.tomorrow().ok()?.to_string().into())
        }
    }
}

fn quoted(text: &str) -> String {
    let special = |c: char| {
        matches!(c, '"' | '\\' | '(' | ')' | '[' | ']' | ',') || super::number::is_space(c)
    };
    if !text.is_empty() && !text.contains(special) {
        return text.to_owned();
    }
    let mut result = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            result.push(c);
        }
        result.push(c);
    }
    result.push('"');
    result
}
