//! Logs on standard error: lines with any prefix, and lines that go on with a tab.

use super::super::collect::Collector;
use super::{Entry, Reader};

/// How many lines are looked at to tell a log.
const LOOKED_AT: usize = 200;

const SEVERITIES: [&str; 14] = [
    "LOG",
    "DETAIL",
    "ERROR",
    "STATEMENT",
    "HINT",
    "CONTEXT",
    "WARNING",
    "FATAL",
    "PANIC",
    "NOTICE",
    "INFO",
    "QUERY",
    "LOCATION",
    "DEBUG",
];

/// Prefix, severity and message of a line that begins an entry.
fn parts(line: &str) -> Option<(&str, &str, &str)> {
    if line.starts_with('\t') {
        return None;
    }
    // The first mark of its kind is the line's own: what a message quotes comes later.
    line.match_indices(":  ").find_map(|(end, mark)| {
        let severity = SEVERITIES
            .iter()
            .find(|severity| line[..end].ends_with(**severity))?;
        let at = end - severity.len();
        let begins = !line[..at].ends_with(|c: char| c.is_alphanumeric());
        begins.then(|| (&line[..at], *severity, &line[end + mark.len()..]))
    })
}

/// Whether a text is a log.
pub(in super::super) fn is_stderr(text: &str) -> bool {
    text.lines()
        .take(LOOKED_AT)
        .filter_map(parts)
        .any(|(_, severity, _)| severity == "LOG")
}

/// An entry that is being put together.
#[derive(Default)]
struct Open {
    line: u64,
    prefix: String,
    message: String,
    detail: String,
    in_detail: bool,
    /// Lines that go on belong to nothing of interest.
    skipping: bool,
}

pub(in super::super) fn read(name: &str, text: &str, into: &mut Collector) {
    let mut reader = Reader::new(name, into);
    let mut open: Option<Open> = None;
    for (number, line) in (1..).zip(text.lines()) {
        match parts(line) {
            Some((prefix, "LOG", message)) => {
                close(&mut reader, open.take());
                open = Some(Open {
                    line: number,
                    prefix: prefix.to_owned(),
                    message: message.to_owned(),
                    ..Open::default()
                });
            }
            // A server writes an entry with its detail in one piece.
            Some((_, "DETAIL", detail)) => {
                if let Some(open) = &mut open {
                    open.in_detail = true;
                    open.skipping = false;
                    detail.clone_into(&mut open.detail);
                }
            }
            Some((_, "CONTEXT" | "HINT" | "STATEMENT" | "QUERY" | "LOCATION", _)) => {
                if let Some(open) = &mut open {
                    open.skipping = true;
                }
            }
            Some(_) => close(&mut reader, open.take()),
            None => {
                let Some(open) = open.as_mut().filter(|open| !open.skipping) else {
                    continue;
                };
                let rest = line.strip_prefix('\t').unwrap_or(line);
                let text = match open.in_detail {
                    true => &mut open.detail,
                    false => &mut open.message,
                };
                text.push('\n');
                text.push_str(rest);
            }
        }
    }
    close(&mut reader, open);
    reader.finish();
}

fn close(reader: &mut Reader<'_>, open: Option<Open>) {
    if let Some(open) = open {
        reader.entry(Entry {
            line: open.line,
            time: &open.prefix,
            session: session(&open.prefix),
            message: &open.message,
            detail: &open.detail,
        });
    }
}

/// The process in a prefix: `[1234]` by default; otherwise all logged by one session in a row is taken for one.
fn session(prefix: &str) -> &str {
    let inside = prefix
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split(']').next())
        .find(|inside| inside.bytes().next().is_some_and(|b| b.is_ascii_digit()));
    inside.unwrap_or_default()
}
