//! What pg_dump says of two databases, compared without regard to order.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, Name, QualifiedName, RoutineSignature};
use pgwright_server::Sandbox;

use super::load;

/// The entries of a dump, each with how often it stands there.
pub type Entries = BTreeMap<String, usize>;

/// The schema of a database as pg_dump writes it; an error when there is no pg_dump that can.
pub fn dump(sandbox: &Sandbox, database: &str) -> Result<Entries, String> {
    Ok(entries(&text(sandbox, database)?))
}

/// The schema of a database as pg_dump writes it, as it stands.
pub fn text(sandbox: &Sandbox, database: &str) -> Result<String, String> {
    let output = load::command(sandbox, "pg_dump", database)
        .arg("--schema-only")
        .output()
        .map_err(|error| format!("pg_dump: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Cuts a dump at the comment before each object. The defaults that pg_dump sets where they change go
/// with every entry, so that entries can be compared in any order.
pub fn entries(text: &str) -> Entries {
    let mut entries = Entries::new();
    let mut defaults: BTreeMap<&str, &str> = BTreeMap::new();
    let mut heading = String::new();
    let mut body: Vec<String> = Vec::new();
    let mut close = |heading: &str, body: &mut Vec<String>, defaults: &BTreeMap<&str, &str>| {
        if heading.is_empty() {
            body.clear();
        }
        if heading.contains("; Type: ACL;") || heading.contains("; Type: DEFAULT ACL;") {
            // One statement for each grantee, in the order in which they were granted.
            body.sort_unstable();
        }
        let statement = body.join("\n");
        body.clear();
        if !statement.trim().is_empty() {
            let holds_data = [
                "; Type: TABLE;",
                "; Type: INDEX;",
                "; Type: MATERIALIZED VIEW;",
            ]
            .iter()
            .any(|kind| heading.contains(kind));
            let with = if holds_data {
                format!("{defaults:?}\n")
            } else {
                String::new()
            };
            *entries
                .entry(format!("{heading}\n{with}{}", statement.trim()))
                .or_default() += 1;
        }
    };
    for line in text.lines() {
        if line.starts_with("-- Name: ") {
            close(&heading, &mut body, &defaults);
            heading = line.to_owned();
        } else if let Some((name, value)) = setting(line) {
            // It stands after the body of the entry before.
            close(&heading, &mut body, &defaults);
            defaults.insert(name, value);
        } else if line != "--"
            && !line.starts_with("\\restrict")
            && !line.starts_with("\\unrestrict")
            && !line.starts_with("-- PostgreSQL database dump complete")
        {
            body.push(sorted_options(line).unwrap_or_else(|| line.to_owned()));
        }
    }
    close(&heading, &mut body, &defaults);
    entries
}

fn setting(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix("SET ")?.split_once(" = ")?;
    matches!(name, "default_tablespace" | "default_table_access_method").then_some((name, value))
}

/// Options are a set: `WITH (b=1, a=2)` is the same as `WITH (a=2, b=1)`.
fn sorted_options(line: &str) -> Option<String> {
    let at = line.find("WITH (")? + "WITH (".len();
    let length = line.get(at..)?.rfind(')')?;
    let (options, rest) = line.get(at..)?.split_at(length);
    let mut options: Vec<&str> = options.split(", ").collect();
    options.sort_unstable();
    Some(format!("{}{}{rest}", &line[..at], options.join(", ")))
}

/// The entries that one dump has and the other does not: `<` on the left only, `>` on the right only.
/// Of an object that both have, the lines that differ.
pub fn unlike(left: &Entries, right: &Entries) -> Vec<String> {
    let only = |a: &Entries, b: &Entries| -> Vec<(String, String)> {
        a.iter()
            .filter(|(entry, times)| b.get(*entry).is_none_or(|other| other < *times))
            .map(|(entry, _)| {
                let (heading, body) = entry.split_once('\n').unwrap_or((entry, ""));
                (heading.to_owned(), body.to_owned())
            })
            .collect()
    };
    let (left, mut right) = (only(left, right), only(right, left));
    let mut found = Vec::new();
    for (heading, body) in left {
        let other = right.iter().position(|(other, _)| *other == heading);
        let other = other.map(|at| right.remove(at).1);
        found.push(entry_lines(&heading, Some(&body), other.as_deref()));
    }
    for (heading, body) in right {
        found.push(entry_lines(&heading, None, Some(&body)));
    }
    found.sort();
    found
}

/// The lines of one entry that stand on one side only.
fn entry_lines(heading: &str, left: Option<&str>, right: Option<&str>) -> String {
    let lines = |text: Option<&str>| -> Vec<String> {
        text.unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect()
    };
    let (l, r) = (lines(left), lines(right));
    let mut text = heading.trim_start_matches("-- ").to_owned();
    let mut say = |mark: char, line: &str| {
        let short: String = line.chars().take(300).collect();
        text.push_str(&format!("\n      {mark} {short}"));
    };
    l.iter()
        .filter(|line| !r.contains(line))
        .for_each(|line| say('<', line));
    r.iter()
        .filter(|line| !l.contains(line))
        .for_each(|line| say('>', line));
    if left.is_some() && right.is_some() && !text.contains('\n') {
        text.push_str("\n      the lines stand in another order");
    }
    text
}

/// Whether an entry is about the privileges on a function or type that the catalog does not hold: an
/// extension's.
pub fn is_within_extension(entry: &str, catalog: &Catalog) -> bool {
    let heading = entry.lines().next().unwrap_or_default();
    let Some((object, _)) = heading.split_once("; Type: ACL;") else {
        return false;
    };
    let object = object.trim_start_matches("Name: ");
    let schema = heading
        .split("Schema: ")
        .nth(1)
        .and_then(|rest| rest.split(';').next());
    let schema = Name::new(schema.unwrap_or_default());
    match object.split_once(' ') {
        Some(("FUNCTION", signature)) => {
            let name = signature
                .split('(')
                .next()
                .unwrap_or_default()
                .trim_matches('"');
            let held =
                |s: &RoutineSignature| s.name.schema == schema && s.name.name.as_str() == name;
            let (routines, aggregates) = (catalog.routines.keys(), catalog.aggregates.keys());
            !routines.chain(aggregates).any(held)
        }
        Some(("TYPE", name)) => {
            let name = QualifiedName::new(schema, name.trim_matches('"'));
            !catalog.types.contains_key(&name)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_entries_and_of_grants_does_not_count() {
        let a = "--\n-- Name: a; Type: TABLE; Schema: s; Owner: o\n--\n\nCREATE TABLE a ();\n\n--\n-- Name: a; Type: ACL; Schema: s; Owner: o\n--\n\nGRANT 1;\nGRANT 2;\n";
        let b = "--\n-- Name: a; Type: ACL; Schema: s; Owner: o\n--\n\nGRANT 2;\nGRANT 1;\n\n--\n-- Name: a; Type: TABLE; Schema: s; Owner: o\n--\n\nCREATE TABLE a ();\n";
        assert_eq!(unlike(&entries(a), &entries(b)), Vec::<String>::new());
        assert_eq!(unlike(&entries(a), &entries("")).len(), 2);
    }
}
