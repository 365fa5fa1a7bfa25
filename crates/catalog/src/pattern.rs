//! Patterns of names, as psql has them: `orders`, `app.*`, `"Odd Name"`, `audit_??`.

use std::fmt;
use std::str::FromStr;

use crate::QualifiedName;

/// A pattern for the names of objects.
///
/// `*` stands for any characters and `?` for any one; letters are folded to lower case; what stands in
/// double quotes is taken as it is. A dot parts the schema from the name. Without one, the pattern is
/// for the name alone, in any schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    schema: Option<Vec<Piece>>,
    name: Vec<Piece>,
}

/// What a pattern asks of one character or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    One(char),
    AnyOne,
    Any,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no pattern of names: {problem}\nhint: write `name`, `schema.name` or `schema.*`"
)]
pub struct PatternError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Pattern {
    /// True for the name of an object.
    pub fn matches(&self, name: &QualifiedName) -> bool {
        let schema = self.schema.as_deref();
        schema.is_none_or(|s| fits(s, name.schema.as_str())) && fits(&self.name, name.name.as_str())
    }

    /// True when the pattern is for names alone and fits the name of this schema.
    pub fn matches_schema(&self, schema: &str) -> bool {
        self.schema.is_none() && fits(&self.name, schema)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let failed = |problem| PatternError {
            text: text.to_owned(),
            problem,
        };
        let mut parts = vec![Vec::new()];
        let mut quoted = false;
        let mut characters = text.trim().chars().peekable();
        while let Some(character) = characters.next() {
            let piece = match character {
                '"' if quoted && characters.peek() == Some(&'"') => {
                    characters.next();
                    Piece::One('"')
                }
                '"' => {
                    quoted = !quoted;
                    continue;
                }
                '.' if !quoted => {
                    parts.push(Vec::new());
                    continue;
                }
                '*' if !quoted => Piece::Any,
                '?' if !quoted => Piece::AnyOne,
                other if quoted => Piece::One(other),
                other => {
                    let folded = other.to_lowercase().map(Piece::One);
                    parts
                        .last_mut()
                        .into_iter()
                        .for_each(|p| p.extend(folded.clone()));
                    continue;
                }
            };
            parts.last_mut().into_iter().for_each(|p| p.push(piece));
        }
        if quoted {
            return Err(failed("a double quote is not closed"));
        }
        if parts.iter().any(Vec::is_empty) {
            return Err(failed("a name is empty"));
        }
        let mut parts = parts.into_iter();
        let (first, second) = (parts.next(), parts.next());
        if parts.next().is_some() {
            return Err(failed("there are more than two names"));
        }
        let (schema, name) = match (first, second) {
            (Some(name), None) => (None, name),
            (first, Some(name)) => (first, name),
            (None, None) => return Err(failed("a name is empty")),
        };
        Ok(Self {
            text: text.trim().to_owned(),
            schema,
            name,
        })
    }
}

/// True when the pieces fit the whole text. Time grows with pieces times characters, no faster.
fn fits(pieces: &[Piece], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut piece, mut at) = (0, 0);
    // Where to go on after the last `*`, when what follows it does not fit.
    let mut retry = None;
    while at < text.len() {
        match pieces.get(piece) {
            Some(Piece::Any) => {
                retry = Some((piece + 1, at));
                piece += 1;
            }
            Some(Piece::AnyOne) => {
                piece += 1;
                at += 1;
            }
            Some(Piece::One(c)) if text.get(at) == Some(c) => {
                piece += 1;
                at += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    piece = after;
                    at = from + 1;
                    retry = Some((after, at));
                }
                None => return false,
            },
        }
    }
    pieces.iter().skip(piece).all(|p| *p == Piece::Any)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn matches(pattern: &str, schema: &str, name: &str) -> bool {
        let pattern: Pattern = pattern.parse().unwrap();
        pattern.matches(&QualifiedName::new(schema, name))
    }

    #[test]
    fn patterns_are_those_of_psql() {
        for (pattern, schema, name, expected) in [
            ("orders", "app", "orders", true),
            ("Orders", "app", "orders", true),
            ("orders", "app", "orders_old", false),
            ("orders*", "app", "orders_old", true),
            ("*_old", "app", "orders_old_old", true),
            ("o?ders", "app", "orders", true),
            ("app.*", "app", "x", true),
            ("app.*", "shop", "x", false),
            ("a*.b*", "app", "bills", true),
            ("\"Odd.Name*\"", "app", "Odd.Name*", true),
            ("\"Odd\"\"Name\"", "app", "Odd\"Name", true),
            ("*a*a*a*b", "app", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false),
        ] {
            assert_eq!(
                matches(pattern, schema, name),
                expected,
                "{pattern} {schema}.{name}"
            );
        }
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for (text, problem) in [
            ("", "a name is empty"),
            ("app.", "a name is empty"),
            ("a.b.c", "there are more than two names"),
            ("\"open", "a double quote is not closed"),
        ] {
            assert_eq!(text.parse::<Pattern>().unwrap_err().problem, problem);
        }
    }
}
