//! What is said of a table: how it grows, how long its rows are kept and read, and of its columns.

use pgwright_catalog::{ConstraintKind, Name, QualifiedName};
use pgwright_planner::ColumnDescription;

use super::Reader;
use super::values::{self, Said};
use crate::names::{plural, suggestion};
use crate::number::{MONTH, number, per_unit, unit_seconds};
use crate::text::Text;

/// What the next fact may leave out.
pub(super) struct Context {
    table: QualifiedName,
    /// The column that was spoken of last.
    column: Option<Name>,
    /// Shares of its values are being listed.
    shares: bool,
}

impl Context {
    pub(super) fn of(table: QualifiedName) -> Self {
        Self {
            table,
            column: None,
            shares: false,
        }
    }

    pub(super) fn next_segment(&mut self) {
        self.shares = false;
    }
}

/// Reads one fact; what is not understood is told.
pub(super) fn read(reader: &mut Reader<'_>, context: &mut Context, text: Text<'_>) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let understood = growth(reader, context, text)
        || kept(reader, context, text)
        || of_column(reader, context, text)
        || distinct(reader, context, text);
    if !understood {
        unknown(reader, context, text);
    }
}

pub(super) fn not_understood(reader: &mut Reader<'_>, text: Text<'_>) {
    reader.report.error_hint(
        text.range(),
        format!("`{}` is not understood", text.as_str().trim()),
        "facts are such as `status: shipped 96 %, open 2 %`, `6,000,000 customers`, `placed_at 2019-01-01 to today`, \
         `in insertion order`, `growing 2 million a month`, `only the last 13 months are read`, `kept 7 years`",
    );
}

fn unknown(reader: &mut Reader<'_>, context: &Context, text: Text<'_>) {
    let (word, rest) = text.first_word();
    let name = word.as_str().trim_end_matches([':', '=']);
    let says_more = word.as_str().ends_with(':') || rest.as_str().contains([':', '%']);
    let columns = reader.columns(&context.table);
    let near = crate::names::nearest(name, columns.iter().copied()).is_some();
    if (says_more || near) && reader.column(&context.table, name).is_none() && !name.is_empty() {
        let hint = suggestion(name, &columns, "it has");
        let message = format!("{} has no column `{name}`", context.table);
        reader.report.push(word.range(), message, hint);
    } else {
        not_understood(reader, text);
    }
}

/// The column that a fact begins with, and the rest.
fn leading_column<'a>(
    reader: &Reader<'_>,
    context: &Context,
    text: Text<'a>,
) -> Option<(Name, Text<'a>)> {
    let (word, rest) = text.first_word();
    let (name, rest) = match word.as_str().split_once([':', '=']) {
        Some((name, _)) => (name, text.from(name.len() + 1).trim()),
        None => (word.as_str(), rest),
    };
    let column = reader.column(&context.table, name)?;
    Some((Name::new(column), rest))
}

fn said<'r>(
    reader: &'r mut Reader<'_>,
    context: &Context,
    column: &Name,
) -> &'r mut ColumnDescription {
    let table = reader.said(&context.table);
    table.columns.entry(column.clone()).or_default()
}

/// `growing 15,000,000 a month`, `200 new rows a second`.
fn growth(reader: &mut Reader<'_>, context: &mut Context, text: Text<'_>) -> bool {
    let words = [
        "growing by",
        "growing",
        "grows by",
        "grows",
        "plus",
        "adding",
    ];
    let rest = words.iter().find_map(|word| text.after(word));
    let Some((count, after)) = number(rest.unwrap_or(text)) else {
        return false;
    };
    let after = ["new rows", "rows", "new"]
        .iter()
        .find_map(|word| after.after(word))
        .unwrap_or(after);
    let Some(seconds) = per_unit(after) else {
        return false;
    };
    reader.said(&context.table).rows_per_month = Some(count * MONTH / seconds);
    true
}

/// `only the last 13 months are ever read`, `kept 7 years`.
fn kept(reader: &mut Reader<'_>, context: &mut Context, text: Text<'_>) -> bool {
    let plain = text.plain();
    let words: Vec<&str> = plain
        .split(|c: char| !c.is_alphanumeric() && c != '.')
        .filter(|word| !word.is_empty())
        .collect();
    let length = words.windows(2).find_map(|pair| {
        let count: f64 = pair[0].parse().ok()?;
        let seconds = unit_seconds(pair[1])?;
        Some(count * seconds / MONTH)
    });
    let length = length.or_else(|| {
        let at = words.iter().position(|word| *word == "last")?;
        Some(unit_seconds(words.get(at + 1)?)? / MONTH)
    });
    let Some(months) = length else {
        return false;
    };
    let says = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let table = reader.said(&context.table);
    if says(&[
        "kept",
        "keep",
        "keeps",
        "retention",
        "retained",
        "deleted",
        "dropped",
    ]) {
        table.months_kept = Some(months);
    } else if says(&[
        "read", "queried", "used", "needed", "asked", "looked", "accessed",
    ]) {
        table.months_read = Some(months);
    } else {
        return false;
    }
    true
}

/// `status: shipped 96 %`, and then `open 2 %`; `placed_at 2019-01-01 to today`, and then `in insertion order`.
fn of_column(reader: &mut Reader<'_>, context: &mut Context, text: Text<'_>) -> bool {
    let leading = leading_column(reader, context, text);
    let (column, found) = match (leading, context.column.clone()) {
        (Some((column, rest)), _) => (column, values::read(rest, reader.today)),
        (None, Some(column)) if context.shares => (column, values::share(text)),
        (None, Some(column)) => (column, values::order(text)),
        (None, None) => return false,
    };
    let Some(found) = found else {
        return false;
    };
    context.shares = matches!(found, Said::Common(..) | Said::Null(_) | Said::Rest);
    let rows = reader.said(&context.table).rows;
    found.note(said(reader, context, &column), rows);
    context.column = Some(column);
    true
}

/// `6,000,000 customers`, `200 distinct skus`.
fn distinct(reader: &mut Reader<'_>, context: &mut Context, text: Text<'_>) -> bool {
    let Some((count, rest)) = number(text) else {
        return false;
    };
    let rest = ["distinct", "different", "unique", "values of"]
        .iter()
        .find_map(|word| rest.after(word))
        .unwrap_or(rest);
    let (word, after) = rest.first_word();
    if word.is_empty() || !after.is_empty() {
        return false;
    }
    let Some((column, refers_to)) = counted(reader, context, word.as_str()) else {
        return false;
    };
    let described = said(reader, context, &column);
    described.distinct = Some(count);
    described.refers_to = refers_to;
    context.column = Some(column);
    context.shares = false;
    true
}

/// The column whose values a word counts: by its own name, or by the table that it refers to.
fn counted(
    reader: &Reader<'_>,
    context: &Context,
    word: &str,
) -> Option<(Name, Option<QualifiedName>)> {
    let columns = reader.columns(&context.table);
    let own = columns
        .iter()
        .find(|c| c.eq_ignore_ascii_case(word) || plural(c).eq_ignore_ascii_case(word));
    if let Some(column) = own {
        return Some((Name::new(*column), None));
    }
    let target = reader.table(word).filter(|table| **table != context.table);
    let keys = reader.catalog.tables.get(&context.table);
    let referring = keys.and_then(|table| {
        table.constraints.values().find_map(|c| match &c.kind {
            ConstraintKind::ForeignKey(key)
                if Some(&key.references) == target && key.columns.len() == 1 =>
            {
                key.columns.first()
            }
            _ => None,
        })
    });
    if let Some(column) = referring {
        return Some((column.clone(), target.cloned()));
    }
    // `customer_id` counts customers.
    let named = columns.iter().find(|column| {
        let stem = column
            .strip_suffix("_id")
            .or_else(|| column.strip_suffix("_key"))
            .unwrap_or(column);
        stem.eq_ignore_ascii_case(word) || plural(stem).eq_ignore_ascii_case(word)
    });
    named.map(|column| (Name::new(*column), target.cloned()))
}
