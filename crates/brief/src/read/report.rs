//! Reports and how fresh they are.

use crate::keys::REPORT;
use crate::model::{Entity, Report};
use crate::number;
use crate::read::Reader;
use crate::read::fields::{Fields, entries, shortened};
use crate::read::settle::minutes;
use crate::read::sql::{self, Use};
use crate::text::Text;

/// Reads the reports.
pub(crate) fn read<'a>(
    reader: &mut Reader<'a>,
    fields: &Fields<'a>,
    entities: &[Entity],
) -> Vec<Report> {
    let Some((node, _)) = fields.get("reports") else {
        return Vec::new();
    };
    let mut reports = Vec::new();
    for entry in entries(&mut reader.report, node, "reports") {
        let range = entry.text.range();
        if reader.symbols.reference(&entry.name).is_some() {
            reader.report.error_hint(
                range.clone(),
                format!(
                    "the report `{}` has the name of an entity or role",
                    entry.name
                ),
                format!("give it another, such as `{}_report`", entry.name),
            );
        }
        let Some(fields) = Fields::read(&mut reader.report, entry.node, &range, &REPORT) else {
            continue;
        };
        let says = fields.words(&mut reader.report, "says");
        let stale_minutes = fields
            .text(&mut reader.report, "fresh")
            .and_then(|text| freshness(reader, text));
        let Some(sql) = fields.text(&mut reader.report, "sql") else {
            continue;
        };
        let quoted = sql::check(reader, sql, entities, Use::Report);
        reports.push(Report {
            says: says.unwrap_or_else(|| entry.name.replace('_', " ")),
            name: entry.name,
            stale_minutes,
            sql: quoted,
            span: reader.report.span(&range),
            sql_span: reader.report.span(&sql.range()),
        });
    }
    reports
}

/// `live`, `1 hour`, `daily`: the minutes something may lag behind.
pub(crate) fn freshness(reader: &mut Reader<'_>, text: Text<'_>) -> Option<u64> {
    let text = text.after("within").unwrap_or(text);
    match text.plain().as_str() {
        "live" | "always" | "now" => return None,
        "hourly" => return Some(60),
        "daily" | "nightly" => return Some(24 * 60),
        "weekly" => return Some(7 * 24 * 60),
        "monthly" => return Some((number::MONTH / 60.0) as u64),
        _ => {}
    }
    let found = minutes(text).filter(|minutes| *minutes > 0);
    if found.is_none() {
        reader.report.error_hint(
            text.range(),
            format!("`{}` is not how old it may be", shortened(text.as_str())),
            "write `live`, `1 hour`, `30 minutes` or `daily`",
        );
    }
    found
}
