//! What is said of one table: its name, its rows, and facts in parentheses or behind commas.

use super::Reader;
use super::fact;
use crate::names::{nearest, suggestion};
use crate::number::number;
use crate::text::{Text, outside};
use crate::yaml::Scalar;

/// Words that say nothing between a table and its rows.
const FILLERS: [&str; 20] = [
    "the",
    "table",
    "has",
    "have",
    "holds",
    "contains",
    "with",
    "about",
    "around",
    "roughly",
    "of",
    "approximately",
    "some",
    "rows",
    "row",
    "in",
    "is",
    "are",
    "there",
    "records",
];

/// Cuts a text into what is said of one table each: by `·`, `;`, bullets, blank lines, full stops, and lines that
/// begin with the name of a table.
pub(super) fn items<'a>(reader: &Reader<'_>, scalar: &'a Scalar) -> Vec<Text<'a>> {
    let whole = Text::of(scalar);
    let text = whole.as_str();
    let mut found = Vec::new();
    let mut from = 0;
    for (at, c) in outside(text) {
        let rest = &text[at + c.len_utf8()..];
        let parts = match c {
            '·' | '•' | ';' => true,
            '.' => rest.is_empty() || rest.starts_with(char::is_whitespace),
            '\n' => begins(reader, rest),
            _ => false,
        };
        if parts && at >= from {
            found.push(whole.slice(from..at).trim());
            from = at + c.len_utf8();
        }
    }
    found.push(whole.from(from).trim());
    found.retain(|item| !item.is_empty());
    found
}

/// Whether a line begins something new.
fn begins(reader: &Reader<'_>, line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']);
    if line.starts_with(['\n', '\r', '-', '*', '+', '#', '|', '>']) {
        return true;
    }
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '`');
    let end = line.find(|c| !word(c)).unwrap_or(line.len());
    let rest = line[end..].trim_start_matches([' ', ':', '=', '|']);
    reader.table(line[..end].trim_end_matches('.')).is_some()
        && rest.starts_with(|c: char| c.is_ascii_digit())
}

/// Reads one item.
pub(super) fn read<'a>(reader: &mut Reader<'_>, item: Text<'a>) {
    let item = without_marks(item);
    let raw = item.as_str();
    // Headings, rules and the heads of tables of Markdown say nothing.
    let ruler = raw.chars().all(|c| "|-: =".contains(c));
    if raw.starts_with('#') || ruler {
        return;
    }
    let (before, inside, after) = parenthesized(item);
    let mut parts = before.split(&[',', '|']).into_iter();
    let mut first = parts.next().unwrap_or(before);
    while first.is_empty() {
        match parts.next() {
            Some(next) => first = next,
            None => return,
        }
    }
    let mut facts: Vec<Text<'a>> = parts.collect();
    let Some((table, rows)) = subject(reader, first, &mut facts) else {
        // A sentence without any number says nothing that could be read.
        if raw.contains(|c: char| c.is_ascii_digit()) {
            without_subject(reader, item, first);
        }
        return;
    };
    reader.last = Some(table.clone());
    if let Some(rows) = rows {
        reader.said(&table).rows = Some(rows);
    }
    let mut context = fact::Context::of(table);
    for segment in inside.iter().flat_map(|text| text.split(&[';'])) {
        context.next_segment();
        for part in segment.split(&[',']) {
            fact::read(reader, &mut context, part);
        }
    }
    context.next_segment();
    facts.extend(after.split(&[',', '|']));
    for part in facts {
        fact::read(reader, &mut context, part);
    }
}

/// Without the marks of a list, quote or table at its beginning, and without a full stop at its end.
fn without_marks(item: Text<'_>) -> Text<'_> {
    let text = item.as_str();
    let bullet = |c: char| matches!(c, '-' | '*' | '+' | '>' | '|' | ' ' | '\n');
    let start = text.len() - text.trim_start_matches(bullet).len();
    let end = text.trim_end_matches(['.', '|', ' ']).len();
    item.slice(start..end.max(start)).trim()
}

/// What stands before the parentheses, in each of them, and behind.
fn parenthesized<'a>(item: Text<'a>) -> (Text<'a>, Vec<Text<'a>>, Text<'a>) {
    let text = item.as_str();
    let mut inside = Vec::new();
    let (mut depth, mut from, mut first, mut last) = (0usize, 0, None, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => {
                depth += 1;
                if depth == 1 {
                    first = first.or(Some(at));
                    from = at + 1;
                }
            }
            ')' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    inside.push(item.slice(from..at).trim());
                    last = at + 1;
                }
            }
            _ => {}
        }
    }
    match first {
        Some(first) if last > 0 => (item.until(first).trim(), inside, item.from(last).trim()),
        _ => (item, Vec::new(), item.from(text.len())),
    }
}

/// The table and its rows; what follows them on the way is a fact.
fn subject<'a>(
    reader: &Reader<'_>,
    first: Text<'a>,
    facts: &mut Vec<Text<'a>>,
) -> Option<(pgwright_catalog::QualifiedName, Option<f64>)> {
    let mut rest = first;
    let mut table = None;
    let mut rows = None;
    while !rest.is_empty() {
        let trimmed = rest
            .as_str()
            .trim_start_matches([':', '=', '~', '≈', '–', '—', '-', ' ']);
        rest = rest.from(rest.as_str().len() - trimmed.len());
        if rows.is_none()
            && let Some((count, after)) = number(rest)
            && count >= 0.0
        {
            rows = Some(count);
            rest = after;
            continue;
        }
        let (word, after) = rest.first_word();
        if word.is_empty() {
            break;
        }
        let name = word.as_str().trim_end_matches([':', '=']);
        if table.is_none()
            && let Some(found) = reader.table(name)
        {
            table = Some(found.clone());
        } else if !FILLERS.contains(&name.to_lowercase().as_str()) {
            break;
        }
        rest = after;
    }
    let mut rows_in_cell = false;
    // In a table of Markdown, the rows stand in the next cell.
    if table.is_some()
        && rows.is_none()
        && rest.is_empty()
        && let Some((count, after)) = facts.first().and_then(|fact| number(*fact))
        && (after.is_empty() || after.plain() == "rows")
    {
        rows = Some(count);
        rows_in_cell = true;
    }
    if rows_in_cell {
        facts.remove(0);
    }
    let table = table?;
    if !rest.is_empty() {
        facts.insert(0, rest);
    }
    Some((table, rows))
}

/// An item that names no table: one that is not there, or facts of the table before.
fn without_subject<'a>(reader: &mut Reader<'_>, item: Text<'a>, text: Text<'a>) {
    let (word, rest) = text.first_word();
    let name = word.as_str().trim_end_matches([':', '=']);
    let names: Vec<&str> = reader
        .catalog
        .tables
        .keys()
        .map(|t| t.name.as_str())
        .collect();
    let counts = rest
        .as_str()
        .trim_start_matches([':', '=', ' '])
        .starts_with(|c: char| c.is_ascii_digit());
    if counts || nearest(name, names.iter().copied()).is_some() {
        let hint = suggestion(name, &names, "there are");
        let range = word.range();
        reader
            .report
            .push(range, format!("there is no table `{name}`"), hint);
    } else if let Some(table) = reader.last.clone() {
        let mut context = fact::Context::of(table);
        for part in item.split(&[',', '|']) {
            fact::read(reader, &mut context, part);
        }
    } else {
        fact::not_understood(reader, text);
    }
}
