//! Dates and times, read and written in the ISO style; sessions are in UTC.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time};

const DAY: i64 = 86_400;

/// `2024-01-31`, `2024-1-31`, `20240131`, `2024/1/31`.
fn read_date(text: &str) -> Option<Date> {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if text.len() == 8 && digits(text) {
        return Date::new(
            text.get(..4)?.parse().ok()?,
            text.get(4..6)?.parse().ok()?,
            text.get(6..)?.parse().ok()?,
        )
        .ok();
    }
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    // With fewer digits the order of the parts depends on DateStyle.
    if parts.next().is_some() || year.len() != 4 || ![year, month, day].into_iter().all(digits) {
        return None;
    }
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (date.year() > 0).then_some(date)
}

/// `12:30`, `12:30:15.25`, `123015`; in microseconds of the day.
fn read_time(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let hour = parts.next()?;
    let minute = parts.next()?;
    let second = parts.next();
    if parts.next().is_some() || (second.is_none() && !fraction.is_empty()) {
        return None;
    }
    let number = |s: &str, most: i64| -> Option<i64> {
        let valid = (1..=2).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
        s.parse().ok().filter(|n| valid && *n <= most)
    };
    let seconds =
        number(hour, 23)? * 3600 + number(minute, 59)? * 60 + number(second.unwrap_or("0"), 59)?;
    if fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    Some(seconds * 1_000_000 + micros)
}

pub(super) fn write_time(micros: i64) -> String {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let mut text = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    if fraction > 0 {
        let digits = format!("{fraction:06}");
        let _ = write!(text, ".{}", digits.trim_end_matches('0'));
    }
    text
}

/// Splits off a time zone: offset in seconds, or none when there is none.
fn split_zone(text: &str) -> Option<(&str, Option<i64>)> {
    let text = text.trim_end();
    for word in ["UTC", "GMT", "utc", "gmt", "Z", "z"] {
        if let Some(rest) = text.strip_suffix(word) {
            return Some((rest.trim_end(), Some(0)));
        }
    }
    // A sign after the time; before it, hyphens part the date.
    let colon = text.find(':')?;
    let Some(sign) = text.get(colon..)?.find(['+', '-']).map(|p| p + colon) else {
        return text
            .ends_with(|c: char| c.is_ascii_digit())
            .then_some((text, None));
    };
    let (rest, zone) = text.split_at(sign);
    let negative = zone.starts_with('-');
    let zone = zone.get(1..)?;
    let (hours, minutes) = match zone.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if zone.len() == 4 => zone.split_at(2),
        None => (zone, "0"),
    };
    let offset = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
    if offset.abs() > 15 * 3600 {
        return None;
    }
    Some((
        rest.trim_end(),
        Some(if negative { -offset } else { offset }),
    ))
}

fn special(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "infinity" | "+infinity" => Some("infinity"),
        "-infinity" => Some("-infinity"),
        _ => None,
    }
}

fn read_timestamp(text: &str) -> Option<(Date, i64)> {
    match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => Some((read_date(date)?, read_time(time.trim())?)),
        None => Some((read_date(text)?, 0)),
    }
}

/// `date`.
pub(super) fn date(text: &str) -> Option<Arc<str>> {
    let text = text.trim();
    if let Some(word) = special(text) {
        return Some(word.into());
    }
    if text.eq_ignore_ascii_case("epoch") {
        return Some("1970-01-01".into());
    }
    let (date, _) = read_timestamp(text)?;
    Some(date.to_string().into())
}

/// `time without time zone`.
pub(super) fn time(text: &str) -> Option<Arc<str>> {
    Some(write_time(read_time(text.trim())?).into())
}

/// `time with time zone`.
pub(super) fn timetz(text: &str) -> Option<Arc<str>> {
    let (time, offset) = split_zone(text.trim())?;
    let micros = read_time(time)?;
    Some(
        format!(
            "{}{}",
            write_time(micros),
            write_offset(offset.unwrap_or(0))
        )
        .into(),
    )
}

fn write_offset(seconds: i64) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    if minutes % 60 == 0 {
        format!("{sign}{:02}", minutes / 60)
    } else {
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// `timestamp without time zone`; a zone is read and means nothing.
pub(super) fn timestamp(text: &str) -> Option<Arc<str>> {
    let text = text.trim();
    if let Some(word) = special(text) {
        return Some(word.into());
    }
    if text.eq_ignore_ascii_case("epoch") {
        return Some("1970-01-01 00:00:00".into());
    }
    let plain = match split_zone(text) {
        Some((plain, _)) => plain,
        None => text,
    };
    let (date, micros) = read_timestamp(plain)?;
    Some(format!("{date} {}", write_time(micros)).into())
}

/// `timestamp with time zone`.
pub(super) fn timestamptz(text: &str) -> Option<Arc<str>> {
    let text = text.trim();
    if let Some(word) = special(text) {
        return Some(word.into());
    }
    if text.eq_ignore_ascii_case("epoch") {
        return Some("1970-01-01 00:00:00+00".into());
    }
    let (plain, offset) = match split_zone(text) {
        Some(found) => found,
        None => (text, None),
    };
    let (date, micros) = read_timestamp(plain)?;
    let utc = micros - offset.unwrap_or(0) * 1_000_000;
    let days = utc.div_euclid(DAY * 1_000_000);
    let date = DateTime::from_parts(date, Time::midnight())
        .date()
        .checked_add(jiff::Span::new().days(days))
        .ok()?;
    Some(format!("{date} {}+00", write_time(utc.rem_euclid(DAY * 1_000_000))).into())
}
