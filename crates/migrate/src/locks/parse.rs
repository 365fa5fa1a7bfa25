//! Reads `statements.tsv`.

use std::ops::RangeInclusive;

use super::{Evidence, Facts, Rebuilds, TableRole};
use crate::LockLevel;

/// The names of the columns, which are the first line.
const HEADER: &str = "id\tversions\ttransaction\tsetup\tstatement\tlocks\trewrites\trebuilds_indexes\tscans\tevidence\tnote";

/// The rows of the table, or the line that cannot be read and why.
pub(super) fn rows(text: &'static str) -> Result<Vec<Facts>, String> {
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, line)| line) != Some(HEADER) {
        return Err(format!("line 1 is not: {HEADER}"));
    }
    let mut subject = "";
    let mut rows = Vec::new();
    for (index, line) in lines {
        if let Some(heading) = line.strip_prefix("# ") {
            subject = heading;
        } else {
            let facts = row(subject, line).map_err(|why| format!("line {}: {why}", index + 1))?;
            rows.push(facts);
        }
    }
    Ok(rows)
}

fn row(subject: &'static str, line: &'static str) -> Result<Facts, String> {
    let fields: Vec<&'static str> = line.split('\t').collect();
    let [
        id,
        versions,
        transaction,
        setup,
        statement,
        locks,
        rewrites,
        rebuilds,
        scans,
        evidence,
        note,
    ] = fields[..]
    else {
        return Err(format!("{} fields", fields.len()));
    };
    Ok(Facts {
        id,
        subject,
        versions: range(versions)?,
        setup: optional(setup),
        statement,
        outside_transaction: match transaction {
            "any" => false,
            "outside" => true,
            other => return Err(unknown("transaction", other)),
        },
        locks: list(locks, "none", lock)?,
        rewrites: list(rewrites, "no", role)?,
        rebuilds_indexes: match rebuilds {
            "no" => Rebuilds::None,
            "some" => Rebuilds::Some,
            "all" => Rebuilds::All,
            other => return Err(unknown("answer", other)),
        },
        scans: list(scans, "no", role)?,
        evidence: match evidence.split_once(": ") {
            None if evidence == "measured" => Evidence::Measured,
            Some(("manual", section)) => Evidence::Manual(section),
            _ => return Err(unknown("evidence", evidence)),
        },
        note: optional(note),
    })
}

fn unknown(what: &str, word: &str) -> String {
    format!("no {what} is called \"{word}\"")
}

fn optional(field: &'static str) -> Option<&'static str> {
    (field != "-").then_some(field)
}

fn range(field: &str) -> Result<RangeInclusive<u32>, String> {
    let (first, last) = field.split_once('-').unwrap_or((field, field));
    let number = |text: &str| text.parse::<u32>().map_err(|_| unknown("version", text));
    Ok(number(first)?..=number(last)?)
}

/// A list with `; ` between its members, or the word for an empty one.
fn list<T>(
    field: &str,
    empty: &str,
    one: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    if field == empty {
        return Ok(Vec::new());
    }
    field.split("; ").map(one).collect()
}

fn role(name: &str) -> Result<TableRole, String> {
    TableRole::from_name(name).ok_or_else(|| unknown("role", name))
}

fn lock(text: &str) -> Result<(TableRole, LockLevel), String> {
    let (table, level) = text.split_once('=').ok_or("a lock without =")?;
    let level = LockLevel::from_name(level).ok_or_else(|| unknown("level", level))?;
    Ok((role(table)?, level))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        let error = |line: &str| {
            let text = format!("{HEADER}\n{line}\n");
            rows(Box::leak(text.into_boxed_str())).unwrap_err()
        };
        assert_eq!(error("x\t18"), "line 2: 2 fields");
        let with = |locks| format!("x\t18\tany\t-\tSELECT 1\t{locks}\tno\tno\tno\tmeasured\t-");
        assert_eq!(
            error(&with("somebody=SHARE")),
            "line 2: no role is called \"somebody\""
        );
        assert_eq!(
            error(&with("target=SHARED")),
            "line 2: no level is called \"SHARED\""
        );
        assert_eq!(
            rows("id\n").unwrap_err(),
            format!("line 1 is not: {HEADER}")
        );
    }

    #[test]
    fn the_table_can_be_read() {
        let rows = rows(include_str!("statements.tsv")).unwrap();
        assert!(!rows.is_empty());
    }
}
