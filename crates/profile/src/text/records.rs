//! Cuts text into records as RFC 4180 has it, and sets aside what is none.
//!
//! A quote that is opened and never closed swallows the rest of a file. So when a record of several
//! lines turns out broken, only its first line is set aside, and reading goes on at the second.

use std::ops::Range;

/// A record longer than this is taken for the work of a quote that was never closed.
const LONGEST: usize = 4 << 20;

/// Why a line is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Another number of fields than the first record has.
    Fields {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A quote is opened and not closed.
    OpenQuote,
    /// Something stands between a closing quote and the next delimiter.
    AfterQuote,
    /// The bytes are not text in the file's encoding, or hold a zero byte, which PostgreSQL's text
    /// cannot.
    NotText,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fields { found, expected } => write!(f, "{found} fields instead of {expected}"),
            Self::OpenQuote => f.write_str("a quote is opened and not closed"),
            Self::AfterQuote => f.write_str("text after a closing quote"),
            Self::NotText => f.write_str("bytes that are no text"),
        }
    }
}

/// What the splitter finds.
#[derive(Debug)]
pub enum Event<'a> {
    /// A record.
    Record(Record<'a>),
    /// A line that is none.
    Broken(Broken<'a>),
}

/// A line that was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken<'a> {
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
    /// The line as it stands in the text, without its end.
    pub text: &'a [u8],
}

/// A record.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The line it begins on, from 1.
    pub line: u64,
    text: &'a [u8],
    unquoted: &'a [u8],
    fields: &'a [Field],
}

#[derive(Debug, Clone)]
enum Field {
    /// As it stands in the text.
    Plain(Range<usize>),
    /// With doubled quotes made single, in a buffer of its own.
    Unquoted(Range<usize>),
}

impl<'a> Record<'a> {
    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none; never so.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// A field, without quotes.
    pub fn get(&self, index: usize) -> &'a [u8] {
        match &self.fields[index] {
            Field::Plain(range) => &self.text[range.clone()],
            Field::Unquoted(range) => &self.unquoted[range.clone()],
        }
    }

    /// The fields, without quotes.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        let record = *self;
        (0..self.len()).map(move |index| record.get(index))
    }
}

/// Cuts a text that comes in pieces.
#[derive(Debug)]
pub struct Splitter {
    delimiter: u8,
    /// The number of fields; `None` takes any.
    expected: Option<usize>,
    line: u64,
    /// What the pieces so far left over: the beginning of a record.
    rest: Vec<u8>,
    fields: Vec<Field>,
    unquoted: Vec<u8>,
}

/// How a look at a record ended.
enum Look {
    /// It ends before this position; what follows is the next one.
    Whole(usize),
    Broken(Reason),
    /// The text ends first.
    More,
}

impl Splitter {
    /// With a number of fields that every record must have, or any.
    pub fn new(delimiter: u8, expected: Option<usize>) -> Self {
        Self {
            delimiter,
            expected,
            line: 1,
            rest: Vec::new(),
            fields: Vec::new(),
            unquoted: Vec::new(),
        }
    }

    /// From now on every record must have so many fields.
    pub fn expect(&mut self, fields: usize) {
        self.expected = Some(fields);
    }

    /// Takes the next piece of the text.
    pub fn feed(&mut self, piece: &[u8], take: &mut dyn FnMut(Event<'_>)) {
        self.run(piece, false, take);
    }

    /// Says that the text ends here.
    pub fn finish(&mut self, take: &mut dyn FnMut(Event<'_>)) {
        self.run(&[], true, take);
    }

    fn run(&mut self, piece: &[u8], last: bool, take: &mut dyn FnMut(Event<'_>)) {
        let mut text = std::mem::take(&mut self.rest);
        let joined;
        let text: &[u8] = if text.is_empty() {
            piece
        } else {
            text.extend_from_slice(piece);
            joined = text;
            &joined
        };
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            // Empty lines are no records; the last field of a file may be empty, a row never is.
            let blank = rest
                .iter()
                .take_while(|b| matches!(b, b'\n' | b'\r'))
                .count();
            if blank > 0 {
                self.line += lines(&rest[..blank]);
                at += blank;
                continue;
            }
            match self.look(rest, last) {
                Look::Whole(end) => {
                    let number = self.line;
                    self.line += lines(&rest[..end]);
                    at += end;
                    take(Event::Record(Record {
                        line: number,
                        text: &rest[..end],
                        unquoted: &self.unquoted,
                        fields: &self.fields,
                    }));
                }
                Look::More if !last && rest.len() < LONGEST => break,
                look => {
                    let reason = match look {
                        Look::Broken(reason) => reason,
                        _ => Reason::OpenQuote,
                    };
                    let end = rest.iter().position(|b| *b == b'\n');
                    let Some(end) = end.or(last.then_some(rest.len())) else {
                        break;
                    };
                    let line = &rest[..end];
                    take(Event::Broken(Broken {
                        line: self.line,
                        reason,
                        text: line.strip_suffix(b"\r").unwrap_or(line),
                    }));
                    self.line += 1;
                    at += (end + 1).min(rest.len());
                }
            }
        }
        self.rest = text[at.min(text.len())..].to_vec();
    }

    /// Looks at the record that `text` begins with, and leaves its fields in `self.fields`.
    fn look(&mut self, text: &[u8], last: bool) -> Look {
        self.fields.clear();
        self.unquoted.clear();
        let mut at = 0;
        loop {
            let (field, end) = match text.get(at) {
                Some(b'"') => match self.quoted(text, at) {
                    Ok(found) => found,
                    Err(look) => return look,
                },
                _ => {
                    let rest = &text[at..];
                    let end = rest
                        .iter()
                        .position(|b| *b == self.delimiter || *b == b'\n');
                    let Some(end) = end.map(|end| at + end).or(last.then_some(text.len())) else {
                        return Look::More;
                    };
                    let carriage =
                        text.get(end) != Some(&self.delimiter) && text[at..end].ends_with(b"\r");
                    (Field::Plain(at..end - usize::from(carriage)), end)
                }
            };
            self.fields.push(field);
            match text.get(end) {
                Some(b) if *b == self.delimiter => at = end + 1,
                Some(_) => return self.judge(&text[..end], end + 1),
                None if last => return self.judge(&text[..end], end),
                None => return Look::More,
            }
        }
    }

    /// A field that begins with a quote, and where what follows it stands: a delimiter or a line's end.
    fn quoted(&mut self, text: &[u8], start: usize) -> Result<(Field, usize), Look> {
        let mut at = start + 1;
        let mut doubled = false;
        loop {
            let Some(quote) = text[at..].iter().position(|b| *b == b'"') else {
                return Err(Look::More);
            };
            at += quote + 1;
            if text.get(at) != Some(&b'"') {
                break;
            }
            doubled = true;
            at += 1;
        }
        let inside = start + 1..at - 1;
        let end = match &text[at..] {
            [b'\r', b'\n', ..] | [b'\r'] => at + 1,
            _ => at,
        };
        if text
            .get(end)
            .is_some_and(|b| *b != self.delimiter && *b != b'\n')
        {
            return Err(Look::Broken(Reason::AfterQuote));
        }
        if !doubled {
            return Ok((Field::Plain(inside), end));
        }
        let begin = self.unquoted.len();
        let mut bytes = text[inside].iter();
        while let Some(byte) = bytes.next() {
            self.unquoted.push(*byte);
            if *byte == b'"' {
                bytes.next();
            }
        }
        Ok((Field::Unquoted(begin..self.unquoted.len()), end))
    }

    fn judge(&self, text: &[u8], end: usize) -> Look {
        let found = self.fields.len();
        if let Some(expected) = self.expected
            && found != expected
        {
            return Look::Broken(Reason::Fields { found, expected });
        }
        if !text.is_ascii() && std::str::from_utf8(text).is_err() || text.contains(&0) {
            return Look::Broken(Reason::NotText);
        }
        Look::Whole(end)
    }
}

fn lines(text: &[u8]) -> u64 {
    text.iter().filter(|b| **b == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Records as `line: a|b`, broken lines as `line! reason: text`.
    fn split(text: &[u8], piece: usize, fields: Option<usize>) -> Vec<String> {
        let mut found = Vec::new();
        let mut note = |event: Event<'_>| {
            found.push(match event {
                Event::Record(record) => {
                    let fields: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
                    format!("{}: {}", record.line, fields.join("|"))
                }
                Event::Broken(broken) => format!(
                    "{}! {}: {}",
                    broken.line,
                    broken.reason,
                    String::from_utf8_lossy(broken.text)
                ),
            });
        };
        let mut splitter = Splitter::new(b',', fields);
        for piece in text.chunks(piece) {
            splitter.feed(piece, &mut note);
        }
        splitter.finish(&mut note);
        found
    }

    fn check(text: &[u8], expected: &[&str]) {
        for piece in [1, 2, 7, 1000] {
            assert_eq!(
                split(text, piece, Some(2)),
                expected,
                "in pieces of {piece}"
            );
        }
    }

    #[test]
    fn quotes_lines_and_ends() {
        check(
            b"a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\r\n\n1,2",
            &["1: a|b", "2: x, \"y\"|two\nlines", "5: 1|2"],
        );
        check(b"a,\n,\n\"\",b\n", &["1: a|", "2: |", "3: |b"]);
        check(b"5\" pipe,x\n", &["1: 5\" pipe|x"]);
    }

    #[test]
    fn broken_lines_are_set_aside_one_by_one() {
        check(
            b"a,b\n1\n2,\"open\n3,4\n5,6,7\n\"x\"y,8\n9,\xff\n10,11\n",
            &[
                "1: a|b",
                "2! 1 fields instead of 2: 1",
                "3! text after a closing quote: 2,\"open",
                "4: 3|4",
                "5! 3 fields instead of 2: 5,6,7",
                "6! text after a closing quote: \"x\"y,8",
                "7! bytes that are no text: 9,\u{fffd}",
                "8: 10|11",
            ],
        );
        check(
            b"a,b\n\"open,2\n3,4",
            &[
                "1: a|b",
                "2! a quote is opened and not closed: \"open,2",
                "3: 3|4",
            ],
        );
    }

    proptest! {
        /// Whatever the text, every line with anything on it comes out, as a record or set aside, and
        /// it does not matter how the text comes in.
        #[test]
        fn nothing_is_lost(text in "[a\",\r\n]{0,40}", piece in 1_usize..9) {
            let whole = split(text.as_bytes(), 1000, Some(2));
            prop_assert_eq!(&whole, &split(text.as_bytes(), piece, Some(2)));
            let bytes: usize = whole.iter().map(|s| s.matches('a').count()).sum();
            prop_assert_eq!(bytes - whole.iter().filter(|s| s.contains("! ")).map(|s| {
                s.split_once(": ").map_or(0, |(reason, _)| reason.matches('a').count())
            }).sum::<usize>(), text.matches('a').count());
        }

        #[test]
        fn what_is_written_reads_back(rows in proptest::collection::vec(("[a\",\r\n ]{0,6}", "[b\",\n]{1,6}"), 1..8)) {
            let quote = |s: &str| format!("\"{}\"", s.replace('"', "\"\""));
            let text: String = rows.iter().map(|(a, b)| format!("{},{}\n", quote(a), quote(b))).collect();
            let read = split(text.as_bytes(), 3, Some(2));
            let fields: Vec<String> = read.iter().map(|r| r.split_once(": ").expect("a record").1.to_owned()).collect();
            let expected: Vec<String> = rows.iter().map(|(a, b)| format!("{a}|{b}")).collect();
            prop_assert_eq!(fields, expected);
        }
    }
}
