//! Server logs: which of their lines tell of an execution.

mod csv;
mod explain;
mod json;
mod message;
mod stderr;
mod time;

use std::collections::BTreeMap;

use super::Measured;
use super::collect::{Collector, Counted, Occurrence};
pub(super) use csv::{is_csv, read as read_csv};
pub(super) use json::{is_json, read as read_json};
use message::{Message, parameters};
pub(super) use stderr::{is_stderr, read as read_stderr};

/// A line of a log, whatever its format.
#[derive(Debug, Clone, Copy)]
struct Entry<'a> {
    /// Number of its line, from 1.
    line: u64,
    /// The time of its prefix, as a text that holds it.
    time: &'a str,
    /// What tells its session from others.
    session: &'a str,
    message: &'a str,
    detail: &'a str,
}

/// Reads entries of one log.
struct Reader<'a> {
    name: &'a str,
    into: &'a mut Collector,
    first: Option<f64>,
    last: Option<f64>,
    /// The last execution of each session, whose duration may follow on a line of its own.
    open: BTreeMap<String, usize>,
}

impl<'a> Reader<'a> {
    fn new(name: &'a str, into: &'a mut Collector) -> Self {
        Self {
            name,
            into,
            first: None,
            last: None,
            open: BTreeMap::new(),
        }
    }

    fn entry(&mut self, entry: Entry<'_>) {
        if let Some(seconds) = time::seconds(entry.time) {
            self.first = Some(self.first.map_or(seconds, |first| first.min(seconds)));
            self.last = Some(self.last.map_or(seconds, |last| last.max(seconds)));
        }
        let (sql, milliseconds, counted, values) = match message::read(entry.message) {
            Message::Executed { sql, milliseconds } => {
                (sql, milliseconds, Counted::Log, parameters(entry.detail))
            }
            Message::Explained {
                sql,
                milliseconds,
                values,
            } => (sql, Some(milliseconds), Counted::Plan, values),
            Message::Took(milliseconds) => {
                if let Some(group) = self.open.remove(entry.session) {
                    self.into.took(group, milliseconds);
                }
                return;
            }
            Message::Other => return,
        };
        let origin = format!("{}:{}", self.name, entry.line);
        let group = self.into.counted(Occurrence {
            origin: &origin,
            sql: sql.trim().trim_end_matches(';'),
            calls: 1.0,
            counted,
            values,
            measured: milliseconds.map(|milliseconds| Measured {
                milliseconds,
                rows: 0.0,
            }),
        });
        match (group, milliseconds) {
            (Some(group), None) => self.open.insert(entry.session.to_owned(), group),
            _ => self.open.remove(entry.session),
        };
    }

    fn finish(self) {
        if let (Some(first), Some(last)) = (self.first, self.last) {
            self.into.logged_seconds += last - first;
        }
    }
}
