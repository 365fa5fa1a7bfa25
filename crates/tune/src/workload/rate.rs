//! How often something happens, as people write it: `900000 per day`, `5/s`, `20 a minute`.

/// Reads a rate as times a day.
///
/// # Errors
/// With what is wrong, when it is none.
///
/// ```
/// use pgwright_tune::workload::parse_rate;
/// assert_eq!(parse_rate("900,000 per day"), Ok(900000.0));
/// assert_eq!(parse_rate("5/s"), Ok(432000.0));
/// assert!(parse_rate("often").is_err());
/// ```
pub fn parse_rate(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let wrong = || format!("`{text}` is no rate: write 900000 per day, 5/s or 20 a minute");
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '_' | 'e' | '+'))
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let plain: String = number.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    let mut count: f64 = plain.parse().map_err(|_| wrong())?;
    let mut rest = rest.trim();
    for (suffix, times) in [("k", 1e3), ("M", 1e6)] {
        if let Some(after) = rest.strip_prefix(suffix)
            && !after.starts_with(char::is_alphanumeric)
        {
            count *= times;
            rest = after.trim();
        }
    }
    let rest = rest.strip_prefix("times").unwrap_or(rest).trim();
    let unit = ["/", "per ", "a ", "an ", "every "]
        .iter()
        .find_map(|before| rest.strip_prefix(before))
        .unwrap_or(rest)
        .trim()
        .trim_end_matches('.');
    let per_day = match unit.to_ascii_lowercase().as_str() {
        "" | "d" | "day" | "daily" => 1.0,
        "s" | "sec" | "second" => 86_400.0,
        "min" | "minute" => 1440.0,
        "h" | "hour" => 24.0,
        "w" | "week" => 1.0 / 7.0,
        "month" => 1.0 / 30.4375,
        "y" | "year" => 1.0 / 365.25,
        _ => return Err(wrong()),
    };
    let calls = count * per_day;
    if calls.is_finite() {
        Ok(calls)
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_times_a_day() {
        for (text, expected) in [
            ("12", 12.0),
            ("1e3/day", 1000.0),
            ("3 times a minute", 4320.0),
            ("2k per hour", 48_000.0),
            ("1_000 an hour", 24_000.0),
            ("7 per week", 1.0),
        ] {
            assert_eq!(parse_rate(text), Ok(expected), "{text}");
        }
        for text in ["", "per day", "5 per fortnight", "1e999", "é"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
