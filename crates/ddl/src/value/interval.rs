//! Spans of time as PostgreSQL holds them: months, days and microseconds apart.

use std::fmt;

use jiff::Span;
use jiff::civil::DateTime;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Interval {
    /// Whole months.
    pub months: i32,
    /// Whole days.
    pub days: i32,
    /// The rest.
    pub microseconds: i64,
}

impl Interval {
    /// A number of days.
    pub fn of_days(days: i32) -> Self {
        Interval {
            days,
            ..Default::default()
        }
    }

    /// A number of microseconds.
    pub fn of_microseconds(microseconds: i64) -> Self {
        Interval {
            microseconds,
            ..Default::default()
        }
    }

    /// The length for comparison, in microseconds: a month counts thirty days, as for the server.
    pub fn span(&self) -> i128 {
        (i128::from(self.months) * 30 + i128::from(self.days)) * i128::from(DAY)
            + i128::from(self.microseconds)
    }

    /// Reads the usual spellings: `1 year 2 mons`, `30 days`, `1.5 hours`, `08:30`, `-1 day`, and the
    /// `P1Y2M3DT4H` form without fractions.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(designated) = text.strip_prefix('p') {
            return Self::parse_designated(designated);
        }
        let mut sum = Interval::default();
        let mut words = text.split_whitespace().peekable();
        words.peek()?;
        while let Some(word) = words.next() {
            if word.contains(':') {
                sum = sum.checked_add(Self::of_microseconds(parse_clock(word)?))?;
                continue;
            }
            // `1day` is read as `1 day`.
            let split = word
                .find(|c: char| c.is_ascii_alphabetic())
                .unwrap_or(word.len());
            let (number, glued) = word.split_at(split);
            let unit = if glued.is_empty() {
                words.next().unwrap_or("second")
            } else {
                glued
            };
            if unit == "ago" {
                return None;
            }
            sum = sum.checked_add(Self::of_unit(number, unit)?)?;
        }
        Some(sum)
    }

    fn parse_designated(text: &str) -> Option<Self> {
        let mut sum = Interval::default();
        let mut number = String::new();
        let mut in_time = false;
        for character in text.chars() {
            let unit = match (character, in_time) {
                ('t', _) => {
                    in_time = true;
                    continue;
                }
                ('0'..='9' | '-', _) => {
                    number.push(character);
                    continue;
                }
                ('y', false) => "year",
                ('m', false) => "month",
                ('w', false) => "week",
                ('d', false) => "day",
                ('h', true) => "hour",
                ('m', true) => "minute",
                ('s', true) => "second",
                _ => return None,
            };
            sum = sum.checked_add(Self::of_unit(&number, unit)?)?;
            number.clear();
        }
        number.is_empty().then_some(sum)
    }

    fn of_unit(number: &str, unit: &str) -> Option<Self> {
        let unit = unit
            .strip_suffix('s')
            .filter(|unit| unit.len() > 1)
            .unwrap_or(unit);
        let months = |factor: i32| {
            let count: i32 = number.parse().ok()?;
            Some(Interval {
                months: count.checked_mul(factor)?,
                ..Default::default()
            })
        };
        let days = |factor: i32| {
            let count: i32 = number.parse().ok()?;
            Some(Interval {
                days: count.checked_mul(factor)?,
                ..Default::default()
            })
        };
        let time = |unit_microseconds: i64| {
            let count: rust_decimal::Decimal = number.parse().ok()?;
            let total = count.checked_mul(unit_microseconds.into())?;
            Some(Self::of_microseconds(i64::try_from(total.round()).ok()?))
        };
        match unit {
            "century" | "centurie" => months(1200),
            "decade" => months(120),
            "year" | "yr" | "y" => months(12),
            "month" | "mon" => months(1),
            "week" | "w" => days(7),
            "day" | "d" => days(1),
            "hour" | "hr" | "h" => time(3600 * SECOND),
            "minute" | "min" | "m" => time(60 * SECOND),
            "second" | "sec" | "s" => time(SECOND),
            "millisecond" | "msec" | "ms" => time(1000),
            "microsecond" | "usec" | "us" => time(1),
            _ => None,
        }
    }

    /// The sum, field by field.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Interval {
            months: self.months.checked_add(other.months)?,
            days: self.days.checked_add(other.days)?,
            microseconds: self.microseconds.checked_add(other.microseconds)?,
        })
    }

    /// The opposite span.
    pub fn checked_neg(self) -> Option<Self> {
        self.checked_mul(-1)
    }

    /// A whole multiple.
    pub fn checked_mul(self, factor: i64) -> Option<Self> {
        let small = i32::try_from(factor).ok()?;
        Some(Interval {
            months: self.months.checked_mul(small)?,
            days: self.days.checked_mul(small)?,
            microseconds: self.microseconds.checked_mul(factor)?,
        })
    }

    /// The moment this long after another: months first, then days, then the rest, as the server does.
    pub fn after(&self, moment: DateTime) -> Option<DateTime> {
        let months = Span::new().try_months(self.months).ok()?;
        let days = Span::new().try_days(self.days).ok()?;
        let rest = Span::new().try_microseconds(self.microseconds).ok()?;
        moment
            .checked_add(months)
            .ok()?
            .checked_add(days)
            .ok()?
            .checked_add(rest)
            .ok()
    }

    /// The span from one moment to a later one, in days and microseconds.
    pub fn between(from: DateTime, to: DateTime) -> Option<Self> {
        let microseconds = (to.duration_since(from)).as_micros();
        let microseconds = i64::try_from(microseconds).ok()?;
        Some(Interval {
            months: 0,
            days: i32::try_from(microseconds / DAY).ok()?,
            microseconds: microseconds % DAY,
        })
    }
}

/// `HH:MM[:SS[.ffffff]]`, with a sign.
fn parse_clock(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = digits.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds: rust_decimal::Decimal = parts.next().unwrap_or("0").parse().ok()?;
    if parts.next().is_some() || hours < 0 || !(0..60).contains(&minutes) {
        return None;
    }
    let seconds = i64::try_from(seconds.checked_mul(SECOND.into())?.round()).ok()?;
    let whole = hours
        .checked_mul(3600)?
        .checked_add(minutes * 60)?
        .checked_mul(SECOND)?;
    whole.checked_add(seconds)?.checked_mul(sign)
}

impl fmt::Display for Interval {
    /// As the server prints it in its default style.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut part = |count: i32, unit: &str| {
            if count != 0 {
                parts.push(format!(
                    "{count} {unit}{}",
                    if count == 1 { "" } else { "s" }
                ));
            }
        };
        part(self.months / 12, "year");
        part(self.months % 12, "mon");
        part(self.days, "day");
        if self.microseconds != 0 || parts.is_empty() {
            let sign = if self.microseconds < 0 { "-" } else { "" };
            let total = self.microseconds.unsigned_abs();
            let second = SECOND.unsigned_abs();
            let seconds = total / second;
            let mut text = format!(
                "{sign}{:02}:{:02}:{:02}",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60
            );
            if !total.is_multiple_of(second) {
                let fraction = format!(".{:06}", total % second);
                text.push_str(fraction.trim_end_matches('0'));
            }
            parts.push(text);
        }
        formatter.write_str(&parts.join(" "))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, printed) in [
            ("1 year 2 mons", "1 year 2 mons"),
            ("30 days", "30 days"),
            ("1day", "1 day"),
            ("1.5 hours", "01:30:00"),
            ("-1 day +02:00", "-1 days 02:00:00"),
            ("P1Y2M3DT4H", "1 year 2 mons 3 days 04:00:00"),
            ("2 weeks", "14 days"),
            ("0", "00:00:00"),
            ("250 ms", "00:00:00.25"),
        ] {
            assert_eq!(
                Interval::parse(text).unwrap().to_string(),
                printed,
                "{text}"
            );
        }
        for text in [
            "",
            "day",
            "1 fortnight",
            "1 day ago",
            "1:99",
            "P1",
            "99999999999 years",
        ] {
            assert_eq!(Interval::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_end_of_a_month_is_kept() {
        let january = "2024-01-31T08:00".parse().unwrap();
        let month = Interval::parse("1 month").unwrap();
        assert_eq!(
            month.after(january).unwrap().to_string(),
            "2024-02-29T08:00:00"
        );
    }
}
