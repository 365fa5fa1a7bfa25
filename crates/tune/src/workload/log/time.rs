//! Times in lines of logs.

use jiff::civil::DateTime;

/// Seconds of the first `2024-05-01 12:30:00.5` or `2024-05-01T12:30:00` in a text, from some fixed time on. Its
/// time zone is that of the whole log, and does not matter to differences.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-dd dd:dd:dd";
    let at = bytes.windows(shape.len()).position(|window| {
        window.iter().zip(shape).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            b' ' => matches!(byte, b' ' | b'T'),
            other => byte == other,
        })
    })?;
    let time: DateTime = text
        .get(at..at + shape.len())?
        .replace(' ', "T")
        .parse()
        .ok()?;
    let since = time.duration_since(DateTime::constant(2000, 1, 1, 0, 0, 0, 0));
    Some(since.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_in_prefixes() {
        let one = seconds("[77] 2024-02-29 23:59:30.123 CET app=");
        let other = seconds("2024-03-01T00:00:30+01:00");
        assert_eq!(other.zip(one).map(|(a, b)| a - b), Some(60.0));
        assert_eq!(seconds("2024-02-31 23:59:30"), None);
        assert_eq!(seconds("é"), None);
    }
}
