//! jsonlog: an object on each line.

use serde_json::Value;

use super::super::collect::Collector;
use super::{Entry, Reader};

/// Whether a first line is one of a jsonlog.
pub(in super::super) fn is_json(line: &str) -> bool {
    let Ok(Value::Object(fields)) = serde_json::from_str(line.trim()) else {
        return false;
    };
    fields.contains_key("error_severity") && fields.contains_key("timestamp")
}

pub(in super::super) fn read(name: &str, text: &str, into: &mut Collector) {
    let mut reader = Reader::new(name, into);
    let mut broken = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let value: Value = match serde_json::from_str(line) {
            Ok(value) => value,
            Err(error) => {
                broken.push(format!("{name}:{number}: {error}"));
                continue;
            }
        };
        let field = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        if field("error_severity") != "LOG" {
            continue;
        }
        reader.entry(Entry {
            line: number,
            time: field("timestamp"),
            session: field("session_id"),
            message: field("message"),
            detail: field("detail"),
        });
    }
    reader.finish();
    into.notes.extend(broken);
}
