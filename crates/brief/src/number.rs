//! Numbers, rates and lengths of time as people write them.

use crate::text::{Text, normal};

/// `40,000`, `2 million`, `3M`, `1.5k`; the number and what follows it.
pub(crate) fn number<'a>(text: Text<'a>) -> Option<(f64, Text<'a>)> {
    let text = text.trim();
    let (digits, mut rest) = leading_number(text)?;
    let mut value: f64 = digits.parse().ok()?;
    let raw = rest.as_str();
    let suffix: String = raw.chars().take_while(|c| c.is_alphabetic()).collect();
    let scale = match suffix.as_str() {
        "k" | "K" => Some(1e3),
        "m" | "M" => Some(1e6),
        "bn" | "B" | "G" => Some(1e9),
        _ => None,
    };
    if let Some(scale) = scale {
        value *= scale;
        rest = rest.from(suffix.len()).trim();
    } else {
        for (word, scale) in [("thousand", 1e3), ("million", 1e6), ("billion", 1e9)] {
            if let Some(after) = rest.after(word) {
                value *= scale;
                rest = after;
            }
        }
    }
    value.is_finite().then_some((value, rest.trim()))
}

/// A number without words: its digits without separators, and what follows.
pub(crate) fn leading_number<'a>(text: Text<'a>) -> Option<(String, Text<'a>)> {
    let raw = text.as_str();
    let mut digits = String::new();
    let mut end = 0;
    for (at, c) in raw.char_indices() {
        let next_digit = raw[at + c.len_utf8()..].starts_with(|n: char| n.is_ascii_digit());
        match c {
            '0'..='9' => digits.push(c),
            '-' | '+' if at == 0 && next_digit => {
                if c == '-' {
                    digits.push(c);
                }
            }
            '.' if next_digit && !digits.contains('.') && !digits.is_empty() => digits.push(c),
            ',' if crate::text::is_thousands_comma(raw, at) => {}
            '_' if next_digit && !digits.is_empty() => {}
            _ => break,
        }
        end = at + c.len_utf8();
    }
    digits
        .ends_with(|c: char| c.is_ascii_digit())
        .then(|| (digits, text.from(end)))
}

/// Seconds in a month, a twelfth of 365.25 days.
pub(crate) const MONTH: f64 = 2_629_800.0;

/// Seconds of a unit of time, in singular or plural.
pub(crate) fn unit_seconds(word: &str) -> Option<f64> {
    let word = normal(word);
    Some(match word.strip_suffix('s').unwrap_or(&word) {
        "" => 1.0, // `s`
        "second" | "sec" => 1.0,
        "minute" | "min" => 60.0,
        "hour" | "h" => 3_600.0,
        "day" | "d" | "night" => 86_400.0,
        "week" => 604_800.0,
        "month" => MONTH,
        "quarter" => 3.0 * MONTH,
        "year" => 12.0 * MONTH,
        _ => return None,
    })
}

/// `100 a second`, `500/s`, `90,000 a day`, `20 per minute`, `every night`, `daily`: how often a
/// second.
pub(crate) fn frequency(text: Text<'_>) -> Option<f64> {
    let plain = text.plain();
    match plain.trim_start_matches("once ") {
        "hourly" => return Some(1.0 / 3_600.0),
        "daily" | "nightly" => return Some(1.0 / 86_400.0),
        "weekly" => return Some(1.0 / 604_800.0),
        "monthly" => return Some(1.0 / MONTH),
        _ => {}
    }
    let once = text
        .after("every")
        .or_else(|| text.after("once every"))
        .or_else(|| {
            text.after("once a")
                .or_else(|| text.after("once an"))
                .or_else(|| text.after("once per"))
        });
    if let Some(unit) = once {
        return unit_seconds(unit.as_str()).map(|seconds| 1.0 / seconds);
    }
    let (count, rest) = number(text)?;
    let rest = rest.after("times").unwrap_or(rest);
    let rest = rest.after("at peak").unwrap_or(rest);
    let unit = per_unit(rest)?;
    Some(count / unit)
}

/// The seconds of the unit in `a second`, `per second`, `/s`, with `at peak` allowed after it.
pub(crate) fn per_unit(text: Text<'_>) -> Option<f64> {
    let unit = text
        .as_str()
        .strip_prefix('/')
        .map(|rest| text.from(text.as_str().len() - rest.len()))
        .or_else(|| text.after("a"))
        .or_else(|| text.after("an"))
        .or_else(|| text.after("per"))
        .or_else(|| text.after("each"))
        .or_else(|| text.after("every"))?;
    let unit = unit
        .around("at peak")
        .map_or(unit, |(before, _)| before)
        .trim();
    (!unit.is_empty()).then(|| unit_seconds(unit.as_str()))?
}

/// `1 hour`, `30 minutes`, `7 years`, `a day`: seconds.
pub(crate) fn length_of_time(text: Text<'_>) -> Option<f64> {
    if let Some(unit) = text
        .after("a")
        .or_else(|| text.after("an"))
        .or_else(|| text.after("one"))
    {
        return unit_seconds(unit.as_str());
    }
    let (count, unit) = number(text)?;
    if unit.is_empty() {
        return None;
    }
    unit_seconds(unit.as_str()).map(|seconds| count * seconds)
}

/// The number as an SQL constant: without separators and words, decimals only where there are any.
pub(crate) fn constant(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value}")
    }
}
