//! Durations as PostgreSQL writes them, `500ms`, `2s`, `10min`, `1h`, and how they are shown.

use std::time::Duration;

/// Reads a duration; a bare number is seconds.
pub fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let seconds = match unit.trim() {
        "ms" => 0.001,
        "" | "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err("a number with `ms`, `s`, `min` or `h`, such as `2s`".to_owned()),
    };
    let number: f64 = number
        .parse()
        .map_err(|_| "a number with `ms`, `s`, `min` or `h`, such as `2s`".to_owned())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|error| error.to_string())
}

/// A duration that is not zero: to PostgreSQL, a timeout of zero is none.
pub fn parse_timeout(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        timeout if timeout < Duration::from_millis(1) => {
            Err("at least 1ms: without a timeout, others would wait behind us".to_owned())
        }
        timeout => Ok(timeout),
    }
}

/// Two units at most: `350 ms`, `2.4 s`, `3 min 20 s`, `2 h 5 min`.
pub fn show(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        1..60 if duration.subsec_millis() < 50 => format!("{seconds} s"),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Milliseconds for a setting of PostgreSQL; never the zero that means no limit.
pub fn milliseconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis())
        .unwrap_or(i32::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn units_are_those_of_postgresql() {
        for (text, milliseconds) in [
            ("500ms", 500),
            ("2s", 2000),
            ("2", 2000),
            ("1.5 s", 1500),
            ("10min", 600_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(parse(text).unwrap().as_millis(), milliseconds, "{text}");
        }
        assert!(parse("2 parsecs").is_err() && parse("s").is_err() && parse("-1s").is_err());
        assert!(parse_timeout("0").is_err());
    }

    #[test]
    fn shown_in_two_units_at_most() {
        let shown = |milliseconds| show(Duration::from_millis(milliseconds));
        assert_eq!(shown(350), "350 ms");
        assert_eq!(shown(2000), "2 s");
        assert_eq!(shown(2400), "2.4 s");
        assert_eq!(shown(200_000), "3 min 20 s");
        assert_eq!(shown(7_500_000), "2 h 5 min");
    }
}
