//! Intervals, read and written in the `postgres` style.

use std::fmt::Write as _;
use std::sync::Arc;

use super::datetime::write_time;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

#[derive(Default)]
struct Interval {
    months: i64,
    days: i64,
    micros: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Months(i64),
    Days(i64),
    Micros(i64),
}

fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "year" | "years" | "y" | "yr" | "yrs" => Unit::Months(12),
        "month" | "months" | "mon" | "mons" => Unit::Months(1),
        "decade" | "decades" | "dec" | "decs" => Unit::Months(120),
        "century" | "centuries" | "cent" | "c" => Unit::Months(1200),
        "millennium" | "millennia" | "mil" | "mils" => Unit::Months(12_000),
        "week" | "weeks" | "w" => Unit::Days(7),
        "day" | "days" | "d" => Unit::Days(1),
        "hour" | "hours" | "h" | "hr" | "hrs" => Unit::Micros(HOUR),
        "minute" | "minutes" | "m" | "min" | "mins" => Unit::Micros(MINUTE),
        "second" | "seconds" | "s" | "sec" | "secs" => Unit::Micros(SECOND),
        "millisecond" | "milliseconds" | "ms" | "msec" | "msecs" => Unit::Micros(1000),
        "microsecond" | "microseconds" | "us" | "usec" | "usecs" => Unit::Micros(1),
        _ => return None,
    })
}

/// What a number without unit counts, by the last field of the modifier.
fn default_unit(typmod: i32) -> Unit {
    match fields(typmod) {
        0x4 => Unit::Months(12),
        0x2 | 0x6 => Unit::Months(1),
        0x8 => Unit::Days(1),
        0x400 | 0x408 => Unit::Micros(HOUR),
        0x800 | 0xc00 | 0xc08 => Unit::Micros(MINUTE),
        _ => Unit::Micros(SECOND),
    }
}

fn fields(typmod: i32) -> i32 {
    if typmod < 0 {
        0x7fff
    } else {
        (typmod >> 16) & 0x7fff
    }
}

/// Reads and writes an interval.
pub(super) fn interval(text: &str, typmod: i32) -> Option<Arc<str>> {
    let mut found = if text.trim_start().starts_with(['P', 'p']) {
        iso(text.trim())?
    } else {
        verbose(text, typmod)?
    };
    restrict(&mut found, typmod)?;
    Some(write(&found).into())
}

/// `1 year 2 months -3 days 04:05:06.7 ago`.
fn verbose(text: &str, typmod: i32) -> Option<Interval> {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = split_words(&lower);
    let (words, ago) = match words.split_last() {
        Some((&"ago", rest)) => (rest, true),
        _ => (words.as_slice(), false),
    };
    let words = match words.split_first() {
        Some((&"@", rest)) => rest,
        _ => words,
    };
    if words.is_empty() {
        return None;
    }
    let mut result = Interval::default();
    let mut place = 0;
    while let Some(word) = words.get(place) {
        place += 1;
        if word.contains(':') {
            // Which parts a short time has depends on the modifier.
            if typmod >= 0 && fields(typmod) == 0x1800 {
                return None;
            }
            result.micros += clock(word)?;
            continue;
        }
        if let Some((years, months)) = years_and_months(word) {
            result.months += years * 12 + months;
            continue;
        }
        let unit = match words.get(place) {
            Some(next) if next.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                place += 1;
                unit(next)?
            }
            // A number before a time counts days.
            Some(next) if next.contains(':') => Unit::Days(1),
            Some(_) => return None,
            None => default_unit(typmod),
        };
        add(&mut result, word, unit)?;
    }
    if ago {
        result.months = -result.months;
        result.days = -result.days;
        result.micros = -result.micros;
    }
    Some(result)
}

/// Parts numbers from letters that stand together: `1day`, `2h30m`.
fn split_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for chunk in text.split_ascii_whitespace() {
        let mut rest = chunk;
        while !rest.is_empty() {
            let letters = rest.starts_with(|c: char| c.is_ascii_alphabetic());
            let end = rest
                .find(|c: char| c.is_ascii_alphabetic() != letters)
                .unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            words.push(word);
            rest = after;
        }
    }
    words
}

fn add(result: &mut Interval, number: &str, unit: Unit) -> Option<()> {
    let (negative, unsigned) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if unsigned.is_empty() || whole.len() > 9 || fraction.len() > 6 {
        return None;
    }
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let millionths: i64 = format!("{fraction:0<6}").parse().ok()?;
    let sign = if negative { -1 } else { 1 };
    match unit {
        Unit::Months(factor) => {
            result.months += sign * whole * factor;
            // Half a year is six months; other fractions go down to days.
            let part = millionths * factor;
            if part % SECOND != 0 {
                return None;
            }
            result.months += sign * part / SECOND;
        }
        Unit::Days(factor) => {
            let part = millionths * factor;
            result.days += sign * (whole * factor + part / SECOND);
            result.micros += sign * (part % SECOND) * (DAY / SECOND);
        }
        Unit::Micros(factor) => {
            let part = i128::from(millionths) * i128::from(factor);
            if part % i128::from(SECOND) != 0 {
                return None;
            }
            let part = i64::try_from(part / i128::from(SECOND)).ok()?;
            result.micros += sign * (whole.checked_mul(factor)? + part);
        }
    }
    Some(())
}

/// `years-months`, with one sign for both.
fn years_and_months(text: &str) -> Option<(i64, i64)> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (years, months) = unsigned.split_once('-')?;
    let number = |s: &str| -> Option<i64> {
        (s.len() <= 6 && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().ok())?
    };
    let (years, months) = (number(years)?, number(months)?);
    (months < 12).then_some((sign * years, sign * months))
}

/// `[-]hh:mm[:ss[.ffffff]]`.
fn clock(text: &str) -> Option<i64> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (clock, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut parts = clock.split(':');
    let number = |s: &str| -> Option<i64> {
        (!s.is_empty() && s.len() <= 9 && s.bytes().all(|b| b.is_ascii_digit()))
            .then(|| s.parse().ok())?
    };
    let hours = number(parts.next()?)?;
    let minutes = number(parts.next()?)?;
    let seconds = match parts.next() {
        Some(seconds) => number(seconds)?,
        None if fraction.is_empty() => 0,
        None => return None,
    };
    let digits = fraction.len() <= 6 && fraction.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || minutes > 59 || seconds > 59 || !digits {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    let total = hours.checked_mul(HOUR)? + minutes * MINUTE + seconds * SECOND + micros;
    Some(if negative { -total } else { total })
}

/// `P1Y2M3DT4H5M6.7S`.
fn iso(text: &str) -> Option<Interval> {
    let mut result = Interval::default();
    let mut rest = text.get(1..)?;
    let mut in_time = false;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            in_time = true;
            rest = after;
            continue;
        }
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, after) = rest.split_at(end);
        let (letter, after) = after.split_at(1);
        let unit = match (letter, in_time) {
            ("Y", false) => Unit::Months(12),
            ("M", false) => Unit::Months(1),
            ("W", false) => Unit::Days(7),
            ("D", false) => Unit::Days(1),
            ("H", true) => Unit::Micros(HOUR),
            ("M", true) => Unit::Micros(MINUTE),
            ("S", true) => Unit::Micros(SECOND),
            _ => return None,
        };
        add(&mut result, number, unit)?;
        rest = after;
    }
    Some(result)
}

/// Cuts to the fields and the precision of the modifier.
fn restrict(interval: &mut Interval, typmod: i32) -> Option<()> {
    if typmod < 0 {
        return Some(());
    }
    let keep = |value: i64, unit: i64| value / unit * unit;
    match fields(typmod) {
        0x4 => {
            interval.months = keep(interval.months, 12);
            interval.days = 0;
            interval.micros = 0;
        }
        0x2 | 0x6 => {
            interval.days = 0;
            interval.micros = 0;
        }
        0x8 => interval.micros = 0,
        0x400 | 0x408 => interval.micros = keep(interval.micros, HOUR),
        0x800 | 0xc00 | 0xc08 => interval.micros = keep(interval.micros, MINUTE),
        _ => {}
    }
    let precision = typmod & 0xffff;
    if precision < 6 && interval.micros % SECOND != 0 {
        // Rounding is left to the server.
        return None;
    }
    Some(())
}

fn write(interval: &Interval) -> String {
    let mut text = String::new();
    let mut negative_before = false;
    let fields = [
        (interval.months / 12, "year"),
        (interval.months % 12, "mon"),
        (interval.days, "day"),
    ];
    for (value, name) in fields {
        if value == 0 {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        let plus = if negative_before && value > 0 {
            "+"
        } else {
            ""
        };
        let plural = if value == 1 { "" } else { "s" };
        let _ = write!(text, "{plus}{value} {name}{plural}");
        // Each sign that differs from the one before is written.
        negative_before = value < 0;
    }
    if text.is_empty() || interval.micros != 0 {
        if !text.is_empty() {
            text.push(' ');
        }
        if interval.micros < 0 {
            text.push('-');
        } else if negative_before {
            text.push('+');
        }
        text.push_str(&write_time(interval.micros.abs()));
    }
    text
}
