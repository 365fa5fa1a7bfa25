//! How often something happens, as people write it: `900000 per day`, `5/s`, `20 a minute`.

use pgwright_brief::read_frequency;

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
    let text = text.trim().trim_end_matches('.');
    let wrong = || format!("`{text}` is no rate: write 900000 per day, 5/s or 20 a minute");
    // A number alone is one of a day.
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    if let Ok(count) = plain.parse::<f64>() {
        let sound = count.is_finite() && count >= 0.0;
        return if sound { Ok(count) } else { Err(wrong()) };
    }
    let a_second = read_frequency(text).filter(|rate| *rate >= 0.0);
    let a_day = a_second.ok_or_else(wrong)? * 86_400.0;
    // What was written is a round number; what comes of a division is nearly one.
    Ok((a_day * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_times_a_day() {
        for (text, expected) in [
            ("12", 12.0),
            ("1e3", 1000.0),
            ("3 times a minute", 4320.0),
            ("2k per hour", 48_000.0),
            ("1_000 an hour", 24_000.0),
            ("7 per week", 1.0),
        ] {
            assert_eq!(parse_rate(text), Ok(expected), "{text}");
        }
        for text in ["", "per day", "5 per fortnight", "é"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
