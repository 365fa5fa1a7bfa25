//! Texts that match a pattern: one plain text each, meant to be checked by evaluation afterwards.

use std::iter::Peekable;
use std::str::Chars;

/// The longest text that is made.
const MAXIMUM_LENGTH: usize = 10_000;

/// A text like a LIKE pattern.
pub(super) fn like(pattern: &str, escape: Option<char>) -> String {
    let mut text = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            _ if Some(character) == escape => text.extend(characters.next()),
            '%' => {}
            '_' => text.push('a'),
            other => text.push(other),
        }
    }
    if text.is_empty() && pattern.contains('%') {
        text.push('a');
    }
    text
}

/// A text that matches a regular expression of the common kind; `None` for what is not understood.
pub(super) fn regex(pattern: &str) -> Option<String> {
    let mut sampler = Sampler {
        rest: pattern.chars().peekable(),
        depth: 0,
    };
    let text = sampler.alternation()?;
    sampler.rest.peek().is_none().then_some(text)
}

/// Reads the pattern and writes the text at once: of alternatives the first, of repetitions the
/// fewest, but one where none is allowed, for a text that shows what the pattern is about.
struct Sampler<'a> {
    rest: Peekable<Chars<'a>>,
    depth: usize,
}

impl Sampler<'_> {
    fn alternation(&mut self) -> Option<String> {
        self.depth += 1;
        if self.depth > 50 {
            return None;
        }
        let mut first = None;
        loop {
            let text = self.sequence()?;
            first = first.or(Some(text));
            if self.rest.next_if_eq(&'|').is_none() {
                self.depth -= 1;
                return first;
            }
        }
    }

    fn sequence(&mut self) -> Option<String> {
        let mut text = String::new();
        while let Some(&next) = self.rest.peek() {
            if next == '|' || next == ')' {
                break;
            }
            let unit = self.unit()?;
            let count = self.repetition()?;
            if text.len() + unit.len() * count > MAXIMUM_LENGTH {
                return None;
            }
            text.push_str(&unit.repeat(count));
        }
        Some(text)
    }

    /// One character, class or group.
    fn unit(&mut self) -> Option<String> {
        Some(match self.rest.next()? {
            '^' | '$' => String::new(),
            '.' => "a".to_owned(),
            '(' => {
                if self.rest.next_if_eq(&'?').is_some() {
                    self.rest.next_if_eq(&':')?;
                }
                let text = self.alternation()?;
                self.rest.next_if_eq(&')')?;
                text
            }
            '[' => self.class()?.to_string(),
            '\\' => self.escape()?,
            '*' | '+' | '?' | '{' => return None,
            other => other.to_string(),
        })
    }

    fn escape(&mut self) -> Option<String> {
        Some(match self.rest.next()? {
            'd' => "1".to_owned(),
            'w' => "a".to_owned(),
            's' => " ".to_owned(),
            'D' | 'S' => "a".to_owned(),
            'W' => "-".to_owned(),
            'A' | 'Z' | 'y' | 'm' | 'M' => String::new(),
            'n' => "\n".to_owned(),
            't' => "\t".to_owned(),
            other if other.is_ascii_alphanumeric() => return None,
            other => other.to_string(),
        })
    }

    fn repetition(&mut self) -> Option<usize> {
        let count = match self.rest.peek() {
            Some('*' | '+' | '?') => {
                self.rest.next();
                1
            }
            Some('{') => {
                self.rest.next();
                let mut bounds = String::new();
                loop {
                    match self.rest.next()? {
                        '}' => break,
                        other => bounds.push(other),
                    }
                }
                let (low, high) = bounds.split_once(',').unwrap_or((&bounds, &bounds));
                let low: usize = low.trim().parse().ok()?;
                let may_be_one = high.trim().is_empty() || high.trim().parse::<usize>().ok()? >= 1;
                if low == 0 && may_be_one { 1 } else { low }
            }
            _ => return Some(1),
        };
        // A lazy repetition.
        self.rest.next_if_eq(&'?');
        Some(count)
    }

    /// A bracket expression, after its `[`.
    fn class(&mut self) -> Option<char> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut first = true;
        loop {
            let character = self.rest.next()?;
            let low = match character {
                ']' if !first => break,
                '[' if self.rest.peek() == Some(&':') => {
                    ranges.extend(self.named_class()?);
                    first = false;
                    continue;
                }
                '\\' => match self.rest.next()? {
                    'd' => {
                        ranges.push(('0', '9'));
                        first = false;
                        continue;
                    }
                    'w' => {
                        ranges.extend([('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]);
                        first = false;
                        continue;
                    }
                    's' => ' ',
                    other if other.is_ascii_alphanumeric() => return None,
                    other => other,
                },
                other => other,
            };
            first = false;
            let mut ahead = self.rest.clone();
            if ahead.next() == Some('-') && ahead.peek().is_some_and(|end| *end != ']') {
                self.rest.next();
                let high = match self.rest.next()? {
                    '\\' => self.rest.next()?,
                    other => other,
                };
                ranges.push((low, high));
            } else {
                ranges.push((low, low));
            }
        }
        if negated {
            let plain = ['a', 'A', '1', ' ', '-', '_', '.', '!'];
            plain
                .into_iter()
                .find(|c| !ranges.iter().any(|(low, high)| low <= c && c <= high))
        } else {
            // `1` reads more like a number than `0`, and is no leading zero.
            let one = ranges
                .iter()
                .find(|(low, high)| *low == '0' && *high >= '1');
            let start = ranges.first()?;
            Some(if one == Some(start) { '1' } else { start.0 })
        }
    }

    /// `[:alpha:]`, after its first bracket.
    fn named_class(&mut self) -> Option<Vec<(char, char)>> {
        let mut name = String::new();
        self.rest.next_if_eq(&':')?;
        loop {
            match self.rest.next()? {
                ':' => break,
                other => name.push(other),
            }
        }
        self.rest.next_if_eq(&']')?;
        Some(match name.as_str() {
            "alpha" => vec![('a', 'z'), ('A', 'Z')],
            "digit" => vec![('0', '9')],
            "alnum" => vec![('a', 'z'), ('A', 'Z'), ('0', '9')],
            "upper" => vec![('A', 'Z')],
            "lower" => vec![('a', 'z')],
            "space" | "blank" => vec![(' ', ' ')],
            "xdigit" => vec![('0', '9'), ('a', 'f'), ('A', 'F')],
            "punct" => vec![('!', '/')],
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_match_their_pattern() {
        for pattern in [
            "^[A-Z]{2}[0-9]{6}$",
            r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
            "^(draft|sent)$",
            r"^\+?\d{3,15}$",
            "^[a-z0-9]+(-[a-z0-9]+)*$",
            "^[[:alpha:]][[:alnum:]_]*$",
            "x",
            "^$",
            "^(?:a|b){3}c?$",
            "^[]a-]+$",
            r"^\d{5}(-\d{4})?$",
            "",
        ] {
            let text = regex(pattern);
            let engine = regex_lite::Regex::new(pattern);
            assert!(
                matches!((&text, &engine), (Some(text), Ok(engine)) if engine.is_match(text)),
                "{pattern}: {text:?}"
            );
        }
        for pattern in ["(", "[", "a{", "*", "(?=a)", r"\1", "a{99999}"] {
            assert_eq!(regex(pattern), None, "{pattern}");
        }
        assert_eq!(like("INV-%_", None), "INV-a");
    }
}
