//! Bounds and units: `greater than zero`, `from 1 to 12`, `in milligrams`. They are taken out of the sentence and
//! kept with the word that they bound, so that the phrases around them stay whole.

use super::phrase::number_of;
use super::token::{Token, TokenKind};

/// Units and the brief's type for what is measured in them.
const UNITS: &[(&str, &str)] = &[
    ("days", "number of days"),
    ("weeks", "number of weeks"),
    ("months", "number of months"),
    ("years", "number of years"),
    ("hours", "number of hours"),
    ("minutes", "number of minutes"),
    ("seconds", "number of seconds"),
    ("milligrams", "quantity in mg"),
    ("mg", "quantity in mg"),
    ("grams", "quantity in g"),
    ("kilograms", "quantity in kg"),
    ("kg", "quantity in kg"),
    ("tons", "quantity in t"),
    ("meters", "quantity in m"),
    ("metres", "quantity in m"),
    ("centimeters", "quantity in cm"),
    ("cm", "quantity in cm"),
    ("kilometers", "quantity in km"),
    ("kilometres", "quantity in km"),
    ("km", "quantity in km"),
    ("miles", "quantity in mi"),
    ("liters", "quantity in l"),
    ("litres", "quantity in l"),
    ("percent", "percentage"),
];

/// Takes bounds and units out of a sentence's tokens.
pub(super) fn attach(tokens: &mut Vec<Token>) {
    let mut at = 1;
    while at < tokens.len() {
        let before = &tokens[at - 1];
        let before_is_word = before.kind == TokenKind::Word
            && !matches!(
                before.lower.as_str(),
                "by" | "of"
                    | "to"
                    | "with"
                    | "has"
                    | "have"
                    | "for"
                    | "in"
                    | "be"
                    | "is"
                    | "are"
                    | "on"
                    | "and"
                    | "or"
                    | "at"
                    | "from"
                    | "contain"
                    | "contains"
                    | "include"
                    | "not"
                    | "no"
            );
        let found = if before_is_word {
            bound(tokens, at)
        } else {
            None
        };
        match found {
            Some((length, text)) => {
                tokens.drain(at..at + length);
                tokens[at - 1].bounds.push(text);
            }
            None => at += 1,
        }
    }
}

fn bound(tokens: &[Token], at: usize) -> Option<(usize, String)> {
    let word = |i: usize| tokens.get(at + i).map_or("", |t| t.lower.as_str());
    let number = |i: usize| numeral(word(i));
    let percent = |i: usize| usize::from(matches!(word(i), "percent" | "%"));
    match (word(0), word(1)) {
        ("from", _) if number(1).is_some() && word(2) == "to" => {
            let (low, high) = (number(1)?, number(3)?);
            Some((4 + percent(4), format!("from {low} to {high}")))
        }
        ("between", _) if number(1).is_some() && word(2) == "and" => {
            let (low, high) = (number(1)?, number(3)?);
            Some((4 + percent(4), format!("from {low} to {high}")))
        }
        ("greater" | "more" | "larger" | "higher", "than") => {
            Some((3, format!("above {}", number(2)?)))
        }
        ("less" | "lower" | "smaller" | "fewer", "than") => {
            Some((3, format!("below {}", number(2)?)))
        }
        ("above", _) if number(1).is_some() => Some((2, format!("above {}", number(1)?))),
        ("of" | "as", "at") if matches!(word(2), "least" | "most") && number(3).is_some() => {
            Some((4, format!("at {} {}", word(2), number(3)?)))
        }
        ("in", unit) => {
            let (_, kind) = UNITS.iter().find(|(u, _)| *u == unit)?;
            // `in days of …` would be something else.
            let ends = matches!(
                word(2),
                "" | "," | "and" | "or" | ")" | ";" | "greater" | "from" | "between" | "above"
            );
            ends.then(|| (2, (*kind).to_owned()))
        }
        _ => None,
    }
}

fn numeral(word: &str) -> Option<String> {
    if let Some(number) = number_of(word) {
        return Some(number.to_string());
    }
    let digits = word.trim_end_matches('%').replace(',', "");
    (digits.parse::<f64>().is_ok()).then_some(digits)
}
