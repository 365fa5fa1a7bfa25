//! UUIDs and byte strings.

use std::fmt::Write as _;
use std::sync::Arc;

/// 32 hexadecimal digits, in lower case and with hyphens.
pub(super) fn uuid(text: &str) -> Option<Arc<str>> {
    let inside = match text.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}')?,
        None => text,
    };
    let mut digits = String::with_capacity(32);
    let mut after_hyphen = true;
    for c in inside.chars() {
        match c {
            // A hyphen may follow each group of four digits.
            '-' if !after_hyphen && digits.len().is_multiple_of(4) && digits.len() < 32 => {
                after_hyphen = true;
            }
            c if c.is_ascii_hexdigit() => {
                after_hyphen = false;
                digits.push(c.to_ascii_lowercase());
            }
            _ => return None,
        }
    }
    if digits.len() != 32 {
        return None;
    }
    let mut result = String::with_capacity(36);
    for (place, c) in digits.chars().enumerate() {
        if matches!(place, 8 | 12 | 16 | 20) {
            result.push('-');
        }
        result.push(c);
    }
    Some(result.into())
}

/// Bytes in hexadecimal form.
pub(super) fn bytea(text: &str) -> Option<Arc<str>> {
    if let Some(digits) = text.strip_prefix("\\x") {
        let digits: String = digits
            .chars()
            .filter(|c| !c.is_ascii_whitespace())
            .collect();
        let valid = digits.len().is_multiple_of(2) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        return valid.then(|| format!("\\x{}", digits.to_ascii_lowercase()).into());
    }
    let mut result = String::from("\\x");
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let byte = if byte == b'\\' {
            match bytes.next()? {
                b'\\' => b'\\',
                first @ b'0'..=b'3' => {
                    let octal = |b: Option<u8>| b.filter(|b| (b'0'..=b'7').contains(b));
                    let second = octal(bytes.next())?;
                    let third = octal(bytes.next())?;
                    (first - b'0') * 64 + (second - b'0') * 8 + (third - b'0')
                }
                _ => return None,
            }
        } else {
            byte
        };
        let _ = write!(result, "{byte:02x}");
    }
    Some(result.into())
}
