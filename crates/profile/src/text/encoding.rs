//! Encodings of text files, and their way to UTF-8.

use std::fmt;

/// An encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a mark at its beginning.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// Windows-1252, of which Latin-1's printable characters are a part.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "Windows-1252",
        })
    }
}

/// Characters of the bytes 0x80 to 0x9F in Windows-1252 (the mapping of the WHATWG Encoding standard,
/// which gives the five unassigned bytes to control characters).
const UPPER_CONTROLS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Encoding {
    /// The encoding of a file that begins with `sample`. A mark at the beginning decides; else text
    /// that is UTF-8 is that, text with a zero in every other byte is UTF-16, and the rest is taken
    /// for Windows-1252. A character cut off by the end of the sample is no evidence.
    pub fn detect(sample: &[u8]) -> Self {
        match sample {
            [0xef, 0xbb, 0xbf, ..] => return Self::Utf8,
            [0xff, 0xfe, ..] => return Self::Utf16Le,
            [0xfe, 0xff, ..] => return Self::Utf16Be,
            _ => {}
        }
        let zeros = |parity: usize| {
            let bytes = sample.iter().skip(parity).step_by(2);
            bytes.filter(|byte| **byte == 0).count()
        };
        let (even, odd) = (zeros(0), zeros(1));
        let most = sample.len() / 2 * 7 / 10;
        if odd > most && even < odd / 10 + 1 {
            return Self::Utf16Le;
        }
        if even > most && odd < even / 10 + 1 {
            return Self::Utf16Be;
        }
        match std::str::from_utf8(sample) {
            Ok(_) => Self::Utf8,
            Err(error) if error.error_len().is_none() => Self::Utf8,
            // One stray byte in an otherwise long UTF-8 text is a broken row, not another encoding.
            Err(_) if mostly_utf8(sample) => Self::Utf8,
            Err(_) => Self::Windows1252,
        }
    }
}

/// Whether far more characters beyond ASCII are whole than broken.
fn mostly_utf8(sample: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for chunk in sample.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > broken * 20
}

/// Turns the bytes of a file into UTF-8, piece by piece.
#[derive(Debug)]
pub struct Decoder {
    encoding: Encoding,
    started: bool,
    /// Bytes of a character that the last piece cut off.
    rest: Vec<u8>,
}

impl Decoder {
    /// For a file of this encoding.
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            started: false,
            rest: Vec::new(),
        }
    }

    /// Appends the text of a piece to `out`. UTF-8 passes through as it is, broken sequences too:
    /// the row they are in is set aside later, with its own bytes.
    pub fn decode(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let first = !std::mem::replace(&mut self.started, true);
        match self.encoding {
            Encoding::Utf8 => {
                let mark = first && piece.starts_with(&[0xef, 0xbb, 0xbf]);
                out.extend_from_slice(&piece[if mark { 3 } else { 0 }..]);
            }
            Encoding::Windows1252 => {
                for byte in piece {
                    let character = match byte {
                        0x80..=0x9f => UPPER_CONTROLS[usize::from(byte - 0x80)],
                        byte => char::from(*byte),
                    };
                    push(out, character);
                }
            }
            Encoding::Utf16Le => self.decode_wide(piece, u16::from_le_bytes, out),
            Encoding::Utf16Be => self.decode_wide(piece, u16::from_be_bytes, out),
        }
    }

    fn decode_wide(&mut self, piece: &[u8], unit: impl Fn([u8; 2]) -> u16, out: &mut Vec<u8>) {
        self.rest.extend_from_slice(piece);
        let units: Vec<u16> = self
            .rest
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]))
            .collect();
        // A high surrogate at the end waits for its other half.
        let waiting = units.last().is_some_and(|u| (0xd800..0xdc00).contains(u));
        let complete = units.len() - usize::from(waiting);
        for character in char::decode_utf16(units[..complete].iter().copied()) {
            match character {
                Ok('\u{feff}') => {}
                Ok(character) => push(out, character),
                Err(_) => push(out, char::REPLACEMENT_CHARACTER),
            }
        }
        self.rest.drain(..complete * 2);
    }
}

fn push(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], piece: usize) -> (Encoding, String) {
        let encoding = Encoding::detect(bytes);
        let mut decoder = Decoder::new(encoding);
        let mut out = Vec::new();
        for piece in bytes.chunks(piece) {
            decoder.decode(piece, &mut out);
        }
        (encoding, String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn each_encoding_is_seen_and_read() {
        let text = "ort;preis\nZürich;3 €\n";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(text.as_bytes(), 3), (Encoding::Utf8, text.into()));
        assert_eq!(read(&wide, 3), (Encoding::Utf16Le, text.into()));
        assert_eq!(read(&big, 5), (Encoding::Utf16Be, text.into()));
        let latin = b"ort;preis\nZ\xfcrich;3 \x80\n";
        assert_eq!(read(latin, 4), (Encoding::Windows1252, text.into()));
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        assert_eq!(read(&marked, 100), (Encoding::Utf8, text.into()));
    }
}
