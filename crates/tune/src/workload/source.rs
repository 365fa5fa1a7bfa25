//! Which kind of source a text is, told by what it holds.

use super::collect::Collector;
use super::{Workload, counters, log, sql_file};

/// A text to read a workload from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    /// What messages call it: its path.
    pub name: &'a str,
    /// What it holds.
    pub text: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sql,
    Counters(u8),
    Csvlog,
    Jsonlog,
    Stderr,
}

/// Reads texts as one workload. Each may be SQL, an export of pg_stat_statements or a log: what it holds tells.
///
/// ```
/// use pgwright_tune::workload::{Text, read};
/// let text = "-- calls: 5/s\nSELECT * FROM orders WHERE id = :id;";
/// let workload = read(&[Text { name: "orders.sql", text }]);
/// assert_eq!(workload.statements[0].name, "orders");
/// assert_eq!(workload.statements[0].text, "SELECT * FROM orders WHERE id = $1");
/// assert_eq!(workload.statements[0].calls, 432_000.0);
/// ```
pub fn read(texts: &[Text<'_>]) -> Workload {
    let mut collector = Collector::default();
    for text in texts {
        let content = text.text.trim_start_matches('\u{feff}');
        match kind(content) {
            Kind::Sql => sql_file::read(text.name, stem(text.name), content, &mut collector),
            Kind::Counters(delimiter) => {
                counters::read_csv(text.name, content, delimiter, &mut collector);
            }
            Kind::Csvlog => log::read_csv(text.name, content, &mut collector),
            Kind::Jsonlog => log::read_json(text.name, content, &mut collector),
            Kind::Stderr => log::read_stderr(text.name, content, &mut collector),
        }
    }
    collector.finish()
}

fn kind(text: &str) -> Kind {
    let first = text.lines().find(|line| !line.trim().is_empty());
    let first = first.unwrap_or_default();
    if log::is_json(first) {
        Kind::Jsonlog
    } else if let Some(delimiter) = counters::delimiter(first) {
        Kind::Counters(delimiter)
    } else if log::is_csv(first) {
        Kind::Csvlog
    } else if log::is_stderr(text) {
        Kind::Stderr
    } else {
        Kind::Sql
    }
}

/// The name of a file without its folder and its last extension.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    }
}
