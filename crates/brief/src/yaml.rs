//! YAML text to a tree in which every node knows where it stands.

use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError};

use crate::error::{BriefError, Lines};

/// A node and its place in the text.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) range: Range<usize>,
}

#[derive(Debug)]
pub(crate) enum Value {
    Null,
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// A text, and where each of its bytes comes from.
#[derive(Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    origin: Origin,
}

#[derive(Debug)]
enum Origin {
    /// The text stands in the file as it is, from here on.
    Verbatim(usize),
    /// Escapes, folding or indentation lie between; the offset of each byte, and of the end.
    Mapped(Vec<u32>),
}

impl Scalar {
    fn new(text: String, source: &str, range: Range<usize>) -> Self {
        let origin = match source.get(range.clone()) {
            Some(raw) if raw == text => Origin::Verbatim(range.start),
            raw => Origin::Mapped(align(&text, raw.unwrap_or(""), range.start)),
        };
        Scalar { text, origin }
    }

    /// A file that is one text.
    pub(crate) fn verbatim(text: &str) -> Self {
        Scalar {
            text: text.to_owned(),
            origin: Origin::Verbatim(0),
        }
    }

    /// Where a byte of the text stands in the file.
    pub(crate) fn offset(&self, byte: usize) -> usize {
        match &self.origin {
            Origin::Verbatim(start) => start + byte.min(self.text.len()),
            Origin::Mapped(offsets) => offsets
                .get(byte)
                .or(offsets.last())
                .map_or(0, |offset| *offset as usize),
        }
    }
}

/// Lines a scalar's value up with its source. Only visible characters are matched: whitespace may be
/// folded, indented or escaped, so that of the value is placed right after what precedes it.
fn align(value: &str, raw: &str, start: usize) -> Vec<u32> {
    let mut offsets = Vec::with_capacity(value.len() + 1);
    let mut rest = raw;
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
    if quote.is_some() {
        rest = &rest[1..];
    }
    let place = |rest: &str| u32::try_from(start + raw.len() - rest.len()).unwrap_or(u32::MAX);
    for c in value.chars() {
        if !c.is_whitespace() {
            let trimmed = rest.trim_start();
            let mut candidate = trimmed;
            // An escape stands for the character: `''`, `\"`, `\u00e9`.
            if quote == Some('"') {
                while let Some(tail) = candidate.strip_prefix('\\') {
                    if tail.starts_with(c) && matches!(c, '"' | '\\' | '/') {
                        candidate = tail;
                        break;
                    }
                    let skip = match tail.chars().next() {
                        Some('x') => 3,
                        Some('u') => 5,
                        Some('U') => 9,
                        Some(other) => other.len_utf8(),
                        None => 0,
                    };
                    let numeric = skip > 1 && tail.starts_with(['x', 'u', 'U']);
                    candidate = tail.get(skip..).unwrap_or("");
                    if numeric {
                        break;
                    }
                    candidate = candidate.trim_start();
                }
            }
            let at = place(trimmed);
            offsets.extend(std::iter::repeat_n(at, c.len_utf8()));
            rest = candidate.strip_prefix(c).unwrap_or(candidate);
            if quote == Some('\'') && c == '\'' {
                rest = rest.strip_prefix('\'').unwrap_or(rest);
            }
        } else {
            let at = place(rest);
            offsets.extend(std::iter::repeat_n(at, c.len_utf8()));
            // Spaces inside a line count one by one; a line end takes its indentation along.
            if c == ' ' && rest.starts_with(' ') {
                rest = &rest[1..];
            } else {
                rest = rest.trim_start_matches(['\r', '\n']);
            }
        }
    }
    offsets.push(place(rest));
    offsets
}

/// Larger texts are not briefs.
const MOST_BYTES: usize = 1 << 20;
const MOST_NODES: usize = 50_000;
/// Longer texts are neither sentences nor queries.
const LONGEST_TEXT: usize = 60_000;
const DEEPEST: usize = 32;

struct Builder<'a> {
    source: &'a str,
    lines: &'a Lines<'a>,
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    nodes: usize,
}

type Next<'a> = Option<(Event<'a>, Range<usize>)>;

/// Reads one YAML document. `None` is an empty one.
pub(crate) fn parse(source: &str, lines: &Lines<'_>) -> Result<Option<Node>, BriefError> {
    let fail = |range: Range<usize>, message: &str, hint: &str| BriefError {
        span: lines.span(range.start),
        range,
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
    };
    if source.len() > MOST_BYTES {
        return Err(fail(
            0..0,
            "the brief is larger than 1 MB",
            "split the system into several briefs",
        ));
    }
    let options = granit_parser::options! {
        emit_comments: false,
        block_nesting_limit: DEEPEST,
        flow_nesting_limit: DEEPEST,
    };
    let parser = Parser::new_from_str_with_options(source, options);
    let mut builder = Builder {
        source,
        lines,
        parser,
        nodes: 0,
    };
    let mut root = None;
    while let Some((event, range)) = builder.next()? {
        match event {
            Event::DocumentStart(..) if root.is_some() => {
                return Err(fail(
                    range,
                    "a second YAML document begins here",
                    "a brief is one document: remove the line `---`",
                ));
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd => {}
            event => root = Some(builder.node(event, range, 0)?),
        }
    }
    Ok(root)
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Result<Next<'a>, BriefError> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or(0..0);
                let end = range.end.min(self.source.len());
                Ok(Some((event, range.start.min(end)..end)))
            }
            Some(Err(error)) => Err(self.syntax(&error)),
        }
    }

    fn node(
        &mut self,
        event: Event<'a>,
        range: Range<usize>,
        depth: usize,
    ) -> Result<Node, BriefError> {
        self.nodes += 1;
        if self.nodes > MOST_NODES || depth > DEEPEST {
            return Err(self.refuse(
                range,
                "the brief is too large or too deeply nested",
                "split it",
            ));
        }
        let (anchored, tagged) = match &event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => (*anchor != 0, tag.is_some()),
            _ => (false, false),
        };
        if anchored || tagged {
            let what = if anchored {
                "a YAML anchor (`&`)"
            } else {
                "a YAML tag (`!`)"
            };
            return Err(self.refuse(
                range,
                &format!("{what} is not used in a brief"),
                "remove it, or put the text in quotes",
            ));
        }
        match event {
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                if plain && matches!(text.as_ref(), "" | "~" | "null") {
                    return Ok(Node {
                        value: Value::Null,
                        range,
                    });
                }
                if text.len() > LONGEST_TEXT {
                    let hint = "split it, or say it in fewer words";
                    return Err(self.refuse(
                        range.start..range.start,
                        "this text is too long",
                        hint,
                    ));
                }
                let scalar = Scalar::new(text.into_owned(), self.source, range.clone());
                // A block scalar's range takes in the indentation before it and after it.
                let range = scalar.offset(0)..match style {
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        scalar.offset(scalar.text.trim_end().len())
                    }
                    _ => range.end,
                };
                let range = range.start..range.end.max(range.start);
                Ok(Node {
                    value: Value::Scalar(scalar),
                    range,
                })
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        None => break,
                        Some((Event::SequenceEnd, end)) => {
                            let range = range.start..end.end.max(range.end);
                            return Ok(Node {
                                value: Value::List(items),
                                range,
                            });
                        }
                        Some((event, range)) => items.push(self.node(event, range, depth + 1)?),
                    }
                }
                Ok(Node {
                    value: Value::List(items),
                    range,
                })
            }
            Event::MappingStart(..) => {
                let mut entries = Vec::new();
                while let Some((event, key_range)) = self.next()? {
                    if event == Event::MappingEnd {
                        break;
                    }
                    let key = self.node(event, key_range, depth + 1)?;
                    let Some((event, value_range)) = self.next()? else {
                        break;
                    };
                    let value = self.node(event, value_range, depth + 1)?;
                    entries.push((key, value));
                }
                Ok(Node {
                    value: Value::Map(entries),
                    range,
                })
            }
            _ => Err(self.refuse(
                range,
                "a YAML alias (`*`) is not used in a brief",
                "put the text in quotes",
            )),
        }
    }

    fn refuse(&self, range: Range<usize>, message: &str, hint: &str) -> BriefError {
        BriefError {
            span: self.lines.span(range.start),
            range,
            message: message.to_owned(),
            hint: Some(hint.to_owned()),
        }
    }

    fn syntax(&self, error: &ScanError) -> BriefError {
        let at = error.marker().byte_offset().unwrap_or(self.source.len());
        let hint = match error.kind() {
            ErrorKind::MappingValueNotAllowed => {
                "a `: ` inside a text ends it: put the text in quotes, or start the key on its own line"
            }
            ErrorKind::TabInBlockIndentation => "indent with spaces",
            ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry => {
                "the line is indented less than those above that it should stand beside, or a `:` is \
                 missing after a key"
            }
            ErrorKind::UnexpectedCharacter { .. } => {
                "a text cannot begin with this character: put it in quotes"
            }
            ErrorKind::UnknownAnchor => "a text cannot begin with `*`: put it in quotes",
            ErrorKind::InvalidQuotedScalarIndent => {
                "the quote opened above is not closed on its line"
            }
            ErrorKind::InvalidColonPlacement => "a `[` or `{` above is not closed",
            ErrorKind::UnknownQuotedScalarEscape => {
                "inside \"…\" a backslash begins an escape: use '…' instead"
            }
            _ => "the text is not YAML: check quotes, brackets and indentation here and just above",
        };
        self.refuse(at..at, &format!("YAML: {}", error.info()), hint)
    }
}
