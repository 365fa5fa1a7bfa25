//! Least and greatest values: `from 1 to 12`, `above 0`, `at least 2000-01-01`.

use crate::model::{AttributeKind, Bound, ValueType};
use crate::number;
use crate::read::Reader;
use crate::read::draft::Draft;
use crate::read::fields::shortened;
use crate::read::types::{Bounds, bounds_of, title};
use crate::text::Text;

impl<'a> Draft<'a> {
    /// A bound that is all of the text.
    pub(crate) fn bound(
        &mut self,
        reader: &mut Reader<'a>,
        text: Text<'a>,
        lower: bool,
        inclusive: bool,
    ) {
        let rest = self.leading_bound(reader, text, text, lower, inclusive);
        if !rest.is_empty() {
            reader.report.error_hint(
                rest.range(),
                format!(
                    "`{}` is not understood after the number",
                    shortened(rest.as_str())
                ),
                "write the number alone",
            );
        }
    }

    /// A bound at the start of the text; gives back what follows.
    pub(crate) fn leading_bound(
        &mut self,
        reader: &mut Reader<'a>,
        word: Text<'a>,
        text: Text<'a>,
        lower: bool,
        inclusive: bool,
    ) -> Text<'a> {
        let Some((value, taken, rest)) = bound_value(text) else {
            let shown = if text.is_empty() {
                word
            } else {
                text.first_word().0
            };
            reader.report.error_hint(
                shown.range(),
                format!(
                    "`{}` is not a number, date or time",
                    shortened(shown.as_str())
                ),
                "write `at least 0`, `from 1 to 12`, `above 0`, `at least 2000-01-01`",
            );
            return text.from(text.as_str().len());
        };
        self.set_bound(reader, taken, value, lower, inclusive);
        self.without_unit(rest)
    }

    pub(crate) fn bound_value(
        &mut self,
        reader: &mut Reader<'a>,
        at: Text<'a>,
        value: String,
        lower: bool,
    ) {
        self.set_bound(reader, at, value, lower, true);
    }

    fn set_bound(
        &mut self,
        reader: &mut Reader<'a>,
        at: Text<'a>,
        value: String,
        lower: bool,
        inclusive: bool,
    ) {
        let slot = if lower {
            &mut self.minimum
        } else {
            &mut self.maximum
        };
        if slot.is_some() {
            reader.report.error_hint(
                at.range(),
                format!(
                    "a second {} value",
                    if lower { "least" } else { "greatest" }
                ),
                "keep one of them",
            );
            return;
        }
        *slot = Some((Bound { value, inclusive }, at.range()));
    }

    /// Skips `%`, `percent` or the type's unit after a number.
    fn without_unit(&self, rest: Text<'a>) -> Text<'a> {
        let rest = rest.trim();
        if rest.as_str().starts_with('%') {
            return rest.from(1).trim();
        }
        let unit = match &self.kind {
            Some(AttributeKind::Value(ValueType::Percentage)) => Some("percent"),
            Some(AttributeKind::Value(
                ValueType::Integer { unit: Some(unit) } | ValueType::Quantity { unit: Some(unit) },
            )) => Some(unit.as_str()),
            _ => None,
        };
        unit.and_then(|unit| rest.after(unit)).unwrap_or(rest)
    }

    /// Bounds fit the type, and the least value is not above the greatest.
    pub(crate) fn check_bounds(&mut self, reader: &mut Reader<'a>, kind: &AttributeKind) {
        let wanted = match kind {
            AttributeKind::Value(value) => bounds_of(value),
            _ => Bounds::None,
        };
        let name = match kind {
            AttributeKind::Value(value) => title(value),
            AttributeKind::OneOf(_) | AttributeKind::States(_) | AttributeKind::Lookup => {
                "a fixed list"
            }
            _ => "a reference",
        };
        let mut fits = true;
        for (bound, range) in [&self.minimum, &self.maximum].into_iter().flatten() {
            let problem = match wanted {
                Bounds::None => Some((
                    format!("a least or greatest value does not go with {name}"),
                    match kind {
                        AttributeKind::Value(
                            ValueType::Name
                            | ValueType::Text
                            | ValueType::LongText
                            | ValueType::Code,
                        ) => {
                            format!(
                                "for its length write a rule: `char_length({}) <= 80`",
                                self.name
                            )
                        }
                        _ => "it goes with numbers, money, dates and times".to_owned(),
                    },
                )),
                Bounds::Whole if bound.value.parse::<i64>().is_err() => Some((
                    format!("`{}` is not a whole number", bound.value),
                    "an integer has whole bounds; use `quantity` or `decimal(10,2)` for decimals"
                        .to_owned(),
                )),
                Bounds::Number if bound.value.parse::<f64>().is_err() => Some((
                    format!("`{}` is not a number", bound.value),
                    format!("{name} has a number as bound"),
                )),
                Bounds::Date | Bounds::Instant if parse_date(&bound.value).is_none() => Some((
                    format!("`{}` is not a date", bound.value),
                    "write it as 2026-01-31".to_owned(),
                )),
                Bounds::Time if !is_time(&bound.value) => Some((
                    format!("`{}` is not a time of day", bound.value),
                    "write it as 09:00".to_owned(),
                )),
                _ => None,
            };
            if let Some((message, hint)) = problem {
                fits = false;
                reader.report.error_hint(range.clone(), message, hint);
            } else if matches!(kind, AttributeKind::Value(ValueType::Percentage))
                && bound
                    .value
                    .parse::<f64>()
                    .is_ok_and(|v| !(0.0..=100.0).contains(&v))
            {
                reader.report.error_hint(
                    range.clone(),
                    format!("{} is outside the 0 to 100 of a percentage", bound.value),
                    "a rate that may exceed 100 is a `decimal(6,2)`",
                );
            }
        }
        if let (true, Some((low, _)), Some((high, range))) = (fits, &self.minimum, &self.maximum) {
            let order = match (low.value.parse::<f64>(), high.value.parse::<f64>()) {
                (Ok(low), Ok(high)) => low.partial_cmp(&high),
                _ => Some(low.value.cmp(&high.value)),
            };
            let empty = order == Some(std::cmp::Ordering::Greater)
                || (order == Some(std::cmp::Ordering::Equal) && !(low.inclusive && high.inclusive));
            if empty {
                reader.report.error_hint(
                    range.clone(),
                    format!("no value lies between {} and {}", low.value, high.value),
                    "the least value comes first: `from 0 to 100`",
                );
            }
        }
    }
}

/// A number, date or time at the start: the value as an SQL constant's text, what it was, the rest.
fn bound_value<'a>(text: Text<'a>) -> Option<(String, Text<'a>, Text<'a>)> {
    let (word, rest) = text.first_word();
    let like_time =
        word.as_str().contains(':') && word.as_str().starts_with(|c: char| c.is_ascii_digit());
    let like_date = word.as_str().len() == 10 && word.as_str().matches('-').count() == 2;
    if like_time || like_date {
        return Some((word.as_str().to_owned(), word, rest));
    }
    if let Some((digits, after)) = number::leading_number(text) {
        let (value, rest) = number::number(text)?;
        // As written, unless a word such as `million` follows.
        let taken = text.until(rest.start_in(&text)).trim();
        let plain = after.start_in(&text) == rest.start_in(&text)
            || after.trim().start_in(&text) == rest.start_in(&text);
        let value = if plain {
            digits
        } else {
            number::constant(value)
        };
        return Some((value, taken, rest));
    }
    None
}

/// `2026-01-31`.
pub(crate) fn parse_date(text: &str) -> Option<crate::model::Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let (year, month, day) = (
        year.parse().ok()?,
        month.parse().ok()?,
        day.parse::<u8>().ok()?,
    );
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=last)
        .contains(&day)
        .then_some(crate::model::Date { year, month, day })
}

pub(crate) fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts
            .iter()
            .all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()))
        && parts[0] <= "24"
        && parts[1..].iter().all(|p| *p < "60")
}
