//! What a server makes of a text when the session says that it is in another encoding than UTF-8.

use std::borrow::Cow;

/// The characters of Windows-1252 from 0x80 on that are not those of Latin-1.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

/// The text as the server understands it: its bytes in the encoding of the session. A text in which bytes
/// were lost already stays as it is.
pub(super) fn decoded<'a>(text: &'a str, encoding: Option<&String>) -> Cow<'a, str> {
    let Some(encoding) = encoding.filter(|_| !text.is_ascii() && !text.contains('\u{fffd}')) else {
        return Cow::Borrowed(text);
    };
    let letters = |c: &char| c.is_ascii_alphanumeric();
    let name: String = encoding
        .to_ascii_lowercase()
        .chars()
        .filter(letters)
        .collect();
    let windows = matches!(name.as_str(), "win1252" | "windows1252");
    if !windows && !matches!(name.as_str(), "latin1" | "iso88591") {
        return Cow::Borrowed(text);
    }
    let character = |byte: u8| match byte {
        0x80..=0x9f if windows => {
            let at = usize::from(byte - 0x80);
            WINDOWS_1252.get(at).copied().unwrap_or(char::from(byte))
        }
        _ => char::from(byte),
    };
    Cow::Owned(text.bytes().map(character).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_in_the_encoding_of_the_session() {
        let latin = "latin1".to_owned();
        assert_eq!(decoded("Résumé", Some(&latin)), "RÃ©sumÃ©");
        assert_eq!(decoded("’", Some(&"WIN1252".to_owned())), "â€™");
        assert_eq!(decoded("Résumé", Some(&"utf8".to_owned())), "Résumé");
        assert_eq!(decoded("Résumé", None), "Résumé");
    }
}
