//! Counters of pg_stat_statements: as CSV, by the names of its columns, or as read from a server.

use pgwright_profile::text::{Event, Splitter};

use super::collect::{Collector, Counted, Occurrence};
use super::{Measured, Workload};

/// What pg_stat_statements counted of a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Counter {
    /// Its text.
    pub query: String,
    /// Executions in a day.
    pub calls: f64,
    /// Milliseconds of one, on average.
    pub milliseconds: f64,
    /// Rows of one, on average.
    pub rows: f64,
}

/// A workload of counters that were read from a server.
pub fn read_counters(origin: &str, counters: &[Counter]) -> Workload {
    let mut collector = Collector::default();
    for counter in counters {
        add(origin, counter, &mut collector);
    }
    collector.finish()
}

fn add(origin: &str, counter: &Counter, into: &mut Collector) {
    let hidden = counter.query.trim();
    if hidden == "<insufficient privilege>" || hidden.is_empty() {
        return into.pass_over("whose text may not be read", counter.calls);
    }
    into.counted(Occurrence {
        origin,
        sql: hidden.trim_end_matches(';'),
        calls: counter.calls,
        counted: Counted::Counters,
        values: None,
        measured: Some(Measured {
            milliseconds: counter.milliseconds,
            rows: counter.rows,
        }),
    });
}

/// Where the columns of a file are.
#[derive(Debug, Clone, Copy)]
struct Columns {
    query: usize,
    calls: Option<usize>,
    mean: Option<usize>,
    total: Option<usize>,
    rows: Option<usize>,
}

impl Columns {
    fn of(header: &[String]) -> Option<Self> {
        let find = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| header.iter().position(|field| field == name))
        };
        let columns = Self {
            query: find(&["query"])?,
            calls: find(&["calls"]),
            // Before version 13 there was no time of planning to tell from.
            mean: find(&["mean_exec_time", "mean_time"]),
            total: find(&["total_exec_time", "total_time"]),
            rows: find(&["rows"]),
        };
        let counts = columns.calls.or(columns.mean).or(columns.total);
        counts.map(|_| columns)
    }
}

/// The delimiter of a text whose first line is a header of pg_stat_statements.
pub(super) fn delimiter(first_line: &str) -> Option<u8> {
    [b',', b';', b'\t', b'|'].into_iter().find(|delimiter| {
        let fields: Vec<String> = first_line
            .split(char::from(*delimiter))
            .map(plain)
            .collect();
        Columns::of(&fields).is_some()
    })
}

fn plain(field: &str) -> String {
    let field = field.trim().trim_start_matches('\u{feff}');
    field.trim_matches('"').trim().to_ascii_lowercase()
}

/// Reads the CSV of an export.
pub(super) fn read_csv(name: &str, text: &str, delimiter: u8, into: &mut Collector) {
    let mut splitter = Splitter::new(delimiter, None);
    let mut columns = None;
    let mut take = |event: Event<'_>| match event {
        Event::Record(record) => {
            let fields: Vec<String> = record
                .iter()
                .map(|field| String::from_utf8_lossy(field).into_owned())
                .collect();
            let Some(known) = columns else {
                let header: Vec<String> = fields.iter().map(|field| plain(field)).collect();
                columns = Columns::of(&header);
                return;
            };
            let origin = format!("{name}:{}", record.line);
            match counter(&known, &fields) {
                Ok(counter) => add(&origin, &counter, into),
                Err(reason) => into.notes.push(format!("{origin}: {reason}")),
            }
        }
        Event::Broken(broken) => {
            into.notes
                .push(format!("{name}:{}: {}", broken.line, broken.reason));
        }
    };
    splitter.feed(text.as_bytes(), &mut take);
    splitter.finish(&mut take);
}

fn counter(columns: &Columns, fields: &[String]) -> Result<Counter, String> {
    let number = |at: Option<usize>| -> Result<Option<f64>, String> {
        let Some(text) = at.and_then(|at| fields.get(at)).map(|f| f.trim()) else {
            return Ok(None);
        };
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() && number >= 0.0 => Ok(Some(number)),
            Err(_) if text.is_empty() => Ok(None),
            _ => Err(format!("`{text}` is no number")),
        }
    };
    let query = fields
        .get(columns.query)
        .ok_or("the line is too short")?
        .clone();
    let calls = number(columns.calls)?.unwrap_or(1.0);
    let total = number(columns.total)?;
    let mean = number(columns.mean)?;
    let each = |sum: f64| if calls > 0.0 { sum / calls } else { 0.0 };
    Ok(Counter {
        query,
        calls,
        milliseconds: mean.or(total.map(each)).unwrap_or(0.0),
        rows: number(columns.rows)?.map_or(0.0, each),
    })
}
