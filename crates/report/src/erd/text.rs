//! Widths of text without a font at hand, and text as XML.

/// Width of a text in a sans-serif font of a size, on the safe side.
pub fn width(text: &str, size: f64) -> f64 {
    let em: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.31,
            ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' => 0.40,
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.92,
            '_' | 'a'..='z' | '0'..='9' => 0.61,
            'A'..='Z' => 0.72,
            c if c.is_ascii() => 0.65,
            // Wide characters of East Asian scripts, and whatever else is not known here.
            _ => 1.0,
        })
        .sum();
    em * size
}

/// Text between tags or in a quoted attribute.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
