//! csvlog.

use pgwright_profile::text::{Event, Splitter};

use super::super::collect::Collector;
use super::{Entry, Reader, time};

/// Which field is which; versions add fields behind these.
const TIME: usize = 0;
const SESSION: usize = 5;
const SEVERITY: usize = 11;
const MESSAGE: usize = 13;
const DETAIL: usize = 14;
/// Fields of the oldest format.
const FEWEST: usize = 23;

/// Whether a first line is one of a csvlog. A statement of several lines ends the line early.
pub(in super::super) fn is_csv(line: &str) -> bool {
    let fields: Vec<&str> = line.split(',').collect();
    fields.len() > MESSAGE
        && time::seconds(fields[TIME]).is_some()
        && fields[..=SEVERITY + 2].iter().any(|field| {
            let field = field.trim_matches('"');
            matches!(
                field,
                "LOG" | "ERROR" | "FATAL" | "PANIC" | "WARNING" | "NOTICE" | "INFO"
            ) || field.starts_with("DEBUG")
        })
}

pub(in super::super) fn read(name: &str, text: &str, into: &mut Collector) {
    let mut reader = Reader::new(name, into);
    let mut broken = Vec::new();
    let mut splitter = Splitter::new(b',', None);
    let mut take = |event: Event<'_>| match event {
        Event::Record(record) if record.len() >= FEWEST => {
            let field = |at: usize| String::from_utf8_lossy(record.get(at));
            if field(SEVERITY) != "LOG" {
                return;
            }
            reader.entry(Entry {
                line: record.line,
                time: &field(TIME),
                session: &field(SESSION),
                message: &field(MESSAGE),
                detail: &field(DETAIL),
            });
        }
        Event::Record(record) => {
            broken.push(format!(
                "{name}:{}: {} fields are no line of a csvlog",
                record.line,
                record.len()
            ));
        }
        Event::Broken(line) => broken.push(format!("{name}:{}: {}", line.line, line.reason)),
    };
    splitter.feed(text.as_bytes(), &mut take);
    splitter.finish(&mut take);
    reader.finish();
    into.notes.extend(broken);
}
