//! Values in PostgreSQL's text form as numbers on a line, and back: what grows, grows along it.

use jiff::civil::{Date, DateTime};

/// Types whose values can be told from their place on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// Whole numbers.
    Integer,
    /// Numbers with that many decimals at most.
    Decimal,
    /// Days.
    Date,
    /// Microseconds, with a time zone or without.
    Time,
}

impl Line {
    /// Of a type as the catalog spells it.
    pub(crate) fn of(data_type: &str) -> Option<Self> {
        let plain = data_type.split('(').next().unwrap_or(data_type).trim();
        match plain {
            "integer" | "bigint" | "smallint" => Some(Self::Integer),
            "numeric" | "double precision" | "real" => Some(Self::Decimal),
            "date" => Some(Self::Date),
            _ if plain.starts_with("timestamp") => Some(Self::Time),
            _ => None,
        }
    }

    /// The largest value that the type holds.
    fn greatest(data_type: &str) -> f64 {
        match data_type {
            "smallint" => f64::from(i16::MAX),
            "integer" => f64::from(i32::MAX),
            _ => 9.0e18,
        }
    }

    pub(crate) fn read(self, text: &str) -> Option<f64> {
        match self {
            Self::Integer | Self::Decimal => text.parse().ok().filter(|n: &f64| n.is_finite()),
            Self::Date => {
                let date: Date = text.parse().ok()?;
                let since = date.since((jiff::Unit::Day, EPOCH.date())).ok()?;
                Some(f64::from(since.get_days()))
            }
            Self::Time => {
                let plain = text.strip_suffix("+00").unwrap_or(text).replace(' ', "T");
                let time: DateTime = plain.parse().ok()?;
                let since = time.duration_since(EPOCH);
                Some(since.as_micros() as f64)
            }
        }
    }

    pub(crate) fn write(self, number: f64, like: &str, data_type: &str) -> Option<String> {
        match self {
            Self::Integer => {
                let number = number.round().min(Self::greatest(data_type));
                Some(format!("{number:.0}"))
            }
            Self::Decimal => {
                let decimals = like.split_once('.').map_or(0, |(_, d)| d.len());
                Some(format!("{number:.decimals$}"))
            }
            Self::Date => {
                let days = jiff::Span::new().try_days(number.round() as i64).ok()?;
                Some(EPOCH.date().checked_add(days).ok()?.to_string())
            }
            Self::Time => {
                let duration = jiff::SignedDuration::from_micros(number.round() as i64);
                let time = EPOCH.checked_add(duration).ok()?;
                let zone = if like.ends_with("+00") { "+00" } else { "" };
                Some(format!("{}{zone}", time.to_string().replace('T', " ")))
            }
        }
    }
}

const EPOCH: DateTime = DateTime::constant(2000, 1, 1, 0, 0, 0, 0);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_are_written_as_they_are_read() {
        for (data_type, text) in [
            ("integer", "42"),
            ("bigint", "-7"),
            ("numeric(10,2)", "12.50"),
            ("date", "1992-01-02"),
            ("timestamp with time zone", "2024-03-01 10:00:00.25+00"),
            ("timestamp without time zone", "2024-03-01 10:00:00"),
        ] {
            let line = Line::of(data_type).unwrap();
            let number = line.read(text).unwrap();
            assert_eq!(line.write(number, text, data_type).unwrap(), text);
        }
        assert_eq!(Line::of("text"), None);
        assert_eq!(
            Line::Integer.write(1e12, "1", "integer").unwrap(),
            "2147483647"
        );
    }
}
