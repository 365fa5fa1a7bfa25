//! LIKE and regular expressions.

use regex_lite::RegexBuilder;

use super::{Result, Unsupported};
use crate::expr::LikeKind;
use crate::value::Value;

/// Whether a text is like a pattern; null gives `None`.
pub(super) fn like(
    operand: &Value,
    pattern: &Value,
    escape: Option<Value>,
    kind: LikeKind,
) -> Result<Option<bool>> {
    let (text, pattern) = match (operand, pattern) {
        (Value::Null, _) | (_, Value::Null) => return Ok(None),
        (Value::Text(text), Value::Text(pattern)) => (text, pattern),
        _ => return Err(Unsupported::new("LIKE on something else than text")),
    };
    let escape = match escape {
        None => Some('\\'),
        Some(Value::Null) => return Ok(None),
        Some(Value::Text(escape)) => {
            let mut characters = escape.chars();
            match (characters.next(), characters.next()) {
                (first, None) => first,
                _ => return Err(Unsupported::new("an escape of more than one character")),
            }
        }
        Some(_) => return Err(Unsupported::new("an escape that is no text")),
    };
    match kind {
        LikeKind::Like => Ok(Some(like_matches(text, pattern, escape))),
        LikeKind::Ilike => Ok(Some(like_matches(
            &text.to_lowercase(),
            &pattern.to_lowercase(),
            escape,
        ))),
        LikeKind::SimilarTo => Err(Unsupported::new("SIMILAR TO")),
    }
}

/// The wildcard match of LIKE: greedy with a return to the last `%`, so that it takes no more than
/// length times length steps.
fn like_matches(text: &str, pattern: &str, escape: Option<char>) -> bool {
    enum Part {
        Any,
        One,
        Exactly(char),
    }
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        parts.push(match character {
            _ if Some(character) == escape => Part::Exactly(characters.next().unwrap_or(character)),
            '%' => Part::Any,
            '_' => Part::One,
            _ => Part::Exactly(character),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut part) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match parts.get(part) {
            Some(Part::Any) => {
                retry = Some((part + 1, at));
                part += 1;
                continue;
            }
            Some(Part::One) => {
                at += 1;
                part += 1;
                continue;
            }
            Some(Part::Exactly(character)) if *character == text[at] => {
                at += 1;
                part += 1;
                continue;
            }
            _ => {}
        }
        match retry {
            Some((after, start)) => {
                part = after;
                at = start + 1;
                retry = Some((after, start + 1));
            }
            None => return false,
        }
    }
    parts[part..].iter().all(|part| matches!(part, Part::Any))
}

/// Whether a text matches a regular expression; null gives `None`.
///
/// PostgreSQL's own escapes that this engine lacks (`\m`, `\y`, back references, look-around) make the
/// expression unsupported rather than differently read.
pub(super) fn regex(operand: &Value, pattern: &Value, fold: bool) -> Result<Option<bool>> {
    let (text, pattern) = match (operand, pattern) {
        (Value::Null, _) | (_, Value::Null) => return Ok(None),
        (Value::Text(text), Value::Text(pattern)) => (text, pattern),
        _ => {
            return Err(Unsupported::new(
                "a regular expression on something else than text",
            ));
        }
    };
    // `***` introduces a director, `(?` options or look-around.
    if pattern.starts_with("***") || (pattern.contains("(?") && !pattern.contains("(?:")) {
        return Err(Unsupported::new(format!(
            "the regular expression {pattern}"
        )));
    }
    let regex = RegexBuilder::new(pattern)
        .case_insensitive(fold)
        .dot_matches_new_line(true)
        .size_limit(1 << 20)
        .build()
        .map_err(|_| Unsupported::new(format!("the regular expression {pattern}")))?;
    Ok(Some(regex.is_match(text)))
}
