//! Numbers and bit strings as PostgreSQL prints them.

use std::sync::Arc;

/// An integer literal: decimal, `0x`, `0o`, `0b`, with underscores; none when it is not one.
pub(crate) fn integer(text: &str) -> Option<i128> {
    let text = text.trim_matches(is_space);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, digits.get(2..)?),
        Some("0o" | "0O") => (8, digits.get(2..)?),
        Some("0b" | "0B") => (2, digits.get(2..)?),
        _ => (10, digits),
    };
    let first = digits
        .strip_prefix('_')
        .filter(|_| radix != 10)
        .unwrap_or(digits);
    if first.is_empty() || first.starts_with('_') || first.ends_with('_') || first.contains("__") {
        return None;
    }
    if !first
        .bytes()
        .all(|b| b == b'_' || (b as char).is_digit(radix))
    {
        return None;
    }
    let plain: String = first.chars().filter(|c| *c != '_').collect();
    let value = i128::from_str_radix(&plain, radix).ok()?;
    Some(if negative { -value } else { value })
}

/// White space as the input functions of numbers skip it.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

/// What `numeric` prints of a number: all digits of the fraction are kept, exponents are resolved.
pub(crate) fn numeric(text: &str) -> Option<Arc<str>> {
    let text = text.trim_matches(is_space);
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    match unsigned.to_ascii_lowercase().as_str() {
        "nan" if !negative && unsigned.len() == text.len() => return Some("NaN".into()),
        "infinity" | "inf" => {
            return Some(if negative { "-Infinity" } else { "Infinity" }.into());
        }
        _ => {}
    }
    if unsigned.starts_with('0')
        && unsigned.len() > 1
        && let Some(b'x' | b'X' | b'o' | b'O' | b'b' | b'B') = unsigned.as_bytes().get(1)
    {
        return integer(text).map(|v| v.to_string().into());
    }
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(place) => {
            let (mantissa, rest) = unsigned.split_at(place);
            (mantissa, rest.get(1..)?.parse::<i32>().ok()?)
        }
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| -> Option<String> {
        let valid = part.bytes().all(|b| b == b'_' || b.is_ascii_digit())
            && !part.starts_with('_')
            && !part.ends_with('_')
            && !part.contains("__");
        valid.then(|| part.chars().filter(|c| *c != '_').collect())
    };
    let (whole, fraction) = (digits(whole)?, digits(fraction)?);
    if whole.is_empty() && fraction.is_empty() || exponent.abs() > 1000 {
        return None;
    }
    let scale = usize::try_from((i32::try_from(fraction.len()).ok()? - exponent).max(0)).ok()?;
    // All digits, with the point after so many of them.
    let all = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let digit = |place: i32| -> char {
        usize::try_from(place)
            .ok()
            .and_then(|p| all.as_bytes().get(p))
            .map_or('0', |b| *b as char)
    };
    let integer_part: String = (0..point.max(0)).map(digit).collect();
    let integer_part = integer_part.trim_start_matches('0');
    let fraction_part: String = (point..point + i32::try_from(scale).ok()?)
        .map(digit)
        .collect();
    let zero = integer_part.is_empty() && fraction_part.bytes().all(|b| b == b'0');
    let mut result = String::new();
    if negative && !zero {
        result.push('-');
    }
    result.push_str(if integer_part.is_empty() {
        "0"
    } else {
        integer_part
    });
    if scale > 0 {
        result.push('.');
        result.push_str(&fraction_part);
    }
    Some(result.into())
}

/// What `bit` prints of `b101` or `x1F`, as the scanner gives them.
pub(crate) fn bits(text: &str) -> Option<Arc<str>> {
    match text.split_at_checked(1)? {
        ("b" | "B", digits) => digits
            .bytes()
            .all(|b| matches!(b, b'0' | b'1'))
            .then(|| digits.into()),
        ("x" | "X", digits) => {
            let bits: Option<String> = digits
                .chars()
                .map(|c| c.to_digit(16).map(|d| format!("{d:04b}")))
                .collect();
            bits.map(Into::into)
        }
        _ => text
            .bytes()
            .all(|b| matches!(b, b'0' | b'1'))
            .then(|| text.into()),
    }
}

/// What `double precision` prints: the shortest digits that read back, in scientific notation from
/// the 15th digit before the point.
pub(super) fn float8(text: &str) -> Option<Arc<str>> {
    let value: f64 = float_input(text)?;
    Some(shortest(&format!("{value:e}"), 15))
}

/// What `real` prints.
pub(super) fn float4(text: &str) -> Option<Arc<str>> {
    let value: f64 = float_input(text)?;
    let value: f32 = text.trim_matches(is_space).parse().unwrap_or(value as f32);
    Some(shortest(&format!("{value:e}"), 6))
}

fn float_input(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_space);
    let unsigned = text.trim_start_matches(['-', '+']).to_ascii_lowercase();
    let named = matches!(unsigned.as_str(), "nan" | "inf" | "infinity");
    if !named && !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    (named || value.is_finite()).then_some(value)
}

/// Writes `1.5e3` as PostgreSQL does.
fn shortest(scientific: &str, limit: i32) -> Arc<str> {
    match scientific {
        "NaN" => return "NaN".into(),
        "inf" => return "Infinity".into(),
        "-inf" => return "-Infinity".into(),
        _ => {}
    }
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if !(-4..limit).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!(
            "{sign}{first}{point}{rest}e{exponent_sign}{:02}",
            exponent.abs()
        )
        .into();
    }
    if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{digits}").into();
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        format!("{sign}{digits}{}", "0".repeat(whole - digits.len())).into()
    } else {
        let (whole, fraction) = digits.split_at(whole);
        format!("{sign}{whole}.{fraction}").into()
    }
}

/// What `money` prints where the currency is the dollar, as in the C locale.
pub(super) fn money(text: &str) -> Option<Arc<str>> {
    let text = text.trim_matches(is_space);
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let rest = rest.strip_prefix('$').unwrap_or(rest);
    let (whole, cents) = rest.split_once('.').unwrap_or((rest, ""));
    let whole: String = whole.chars().filter(|c| *c != ',').collect();
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 15 || !digits(&whole) || !digits(cents) || cents.len() > 2
    {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if negative { "-" } else { "" };
    Some(format!("{sign}${grouped}.{cents:0<2}").into())
}

/// `(x,y)`.
pub(super) fn point(text: &str) -> Option<Arc<str>> {
    let text = text.trim_matches(is_space);
    let inside = match text.strip_prefix('(') {
        Some(rest) => rest.strip_suffix(')')?,
        None => text,
    };
    let (x, y) = inside.split_once(',')?;
    Some(format!("({},{})", float8(x)?, float8(y)?).into())
}

/// A `cube` that is a point: `(x, y, …)`.
pub(super) fn cube(text: &str) -> Option<Arc<str>> {
    let text = text.trim_matches(is_space);
    let inside = match text.strip_prefix('(') {
        Some(rest) => rest.strip_suffix(')')?,
        None => text,
    };
    let coordinates: Option<Vec<Arc<str>>> = inside.split(',').map(float8).collect();
    Some(format!("({})", coordinates?.join(", ")).into())
}
