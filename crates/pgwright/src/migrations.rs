//! Reading migrations back from a folder, in any layout that a package can have.

use std::collections::BTreeMap;

/// The scripts of a migrations folder, in the order in which they run: path and text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scripts {
    /// Forward.
    pub up: Vec<(String, String)>,
    /// Back.
    pub down: Vec<(String, String)>,
}

/// Recognises the layout by its files; `None` when there is no migration in them.
pub fn read(files: &BTreeMap<String, String>) -> Option<Scripts> {
    let scripts = plain(files)
        .or_else(|| sqitch(files))
        .or_else(|| flyway(files))
        .or_else(|| marked(files, "-- migrate:up", "-- migrate:down"))
        .or_else(|| marked(files, "-- +goose Up", "-- +goose Down"))
        .or_else(|| two_files(files))?;
    Some(scripts)
}

fn plain(files: &BTreeMap<String, String>) -> Option<Scripts> {
    let script = |name: &str| Some(vec![(name.to_owned(), files.get(name)?.clone())]);
    Some(Scripts {
        up: script("up.sql")?,
        down: script("down.sql").unwrap_or_default(),
    })
}

/// sqlx and golang-migrate: `1_name.up.sql`, `1_name.down.sql`.
fn two_files(files: &BTreeMap<String, String>) -> Option<Scripts> {
    let ending = |ending: &str| -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = files
            .iter()
            .filter(|(path, _)| path.ends_with(ending))
            .map(|(path, text)| (path.clone(), in_transaction(text)))
            .collect();
        found.sort_by_key(|(path, _)| version(path, ""));
        found
    };
    let (up, mut down) = (ending(".up.sql"), ending(".down.sql"));
    down.reverse();
    (!up.is_empty()).then_some(Scripts { up, down })
}

fn flyway(files: &BTreeMap<String, String>) -> Option<Scripts> {
    let starting = |mark: &str| -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = files
            .iter()
            .filter(|(path, _)| version(path, mark).is_some() && path.contains("__"))
            .map(|(path, text)| (path.clone(), in_transaction(text)))
            .collect();
        found.sort_by_key(|(path, _)| version(path, mark));
        found
    };
    let (up, mut down) = (starting("V"), starting("U"));
    down.reverse();
    (!up.is_empty()).then_some(Scripts { up, down })
}

/// One file with both ways under marks: dbmate and goose.
fn marked(files: &BTreeMap<String, String>, up_mark: &str, down_mark: &str) -> Option<Scripts> {
    let mut found: Vec<(&String, &String)> = files
        .iter()
        .filter(|(_, text)| text.contains(up_mark))
        .collect();
    found.sort_by_key(|(path, _)| version(path, ""));
    let mut scripts = Scripts::default();
    for (path, text) in found {
        let (_, body) = text.split_once(up_mark)?;
        let (up, down) = body.split_once(down_mark).unwrap_or((body, ""));
        // The rest of the mark's line belongs to the tool.
        let rest = |part: &str| {
            part.split_once('\n')
                .map_or("", |(_, rest)| rest)
                .to_owned()
        };
        let outside = text.contains("NO TRANSACTION") || text.contains("transaction:false");
        let script = |part: &str| {
            let text = rest(part);
            if outside { text } else { in_transaction(&text) }
        };
        scripts.up.push((path.clone(), script(up)));
        scripts.down.insert(0, (path.clone(), script(down)));
    }
    (!scripts.up.is_empty()).then_some(scripts)
}

fn sqitch(files: &BTreeMap<String, String>) -> Option<Scripts> {
    let plan = files.get("sqitch.plan")?;
    let changes: Vec<&str> = plan
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(['%', '#', '@']))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let script = |folder: &str, change: &str| {
        let path = format!("{folder}/{change}.sql");
        files.get(&path).map(|text| (path.clone(), text.clone()))
    };
    let up = changes
        .iter()
        .filter_map(|change| script("deploy", change))
        .collect();
    let down = changes
        .iter()
        .rev()
        .filter_map(|change| script("revert", change))
        .collect();
    Some(Scripts { up, down })
}

/// The number a file name begins with, after a mark.
fn version(path: &str, mark: &str) -> Option<u64> {
    let rest = path.strip_prefix(mark)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// What the tool would do: a transaction around the script, unless the script has its own or one
/// of its statements refuses to run in one.
fn in_transaction(text: &str) -> String {
    let own = text
        .lines()
        .any(|line| line.trim().eq_ignore_ascii_case("BEGIN;"));
    let outside = text.contains("CONCURRENTLY") || text.contains("no-transaction");
    if own || outside || text.trim().is_empty() {
        text.to_owned()
    } else {
        format!("BEGIN;\n{text}\nCOMMIT;\n")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn versions_run_in_the_order_of_their_numbers_and_back() {
        let scripts = read(&files(&[
            ("9_a.up.sql", "A;"),
            ("9_a.down.sql", "-A;"),
            ("10_b.up.sql", "B;"),
            ("10_b.down.sql", "-B;"),
        ]))
        .unwrap();
        let paths: Vec<&str> = scripts.up.iter().map(|(p, _)| p.as_str()).collect();
        assert_eq!(paths, ["9_a.up.sql", "10_b.up.sql"]);
        assert_eq!(scripts.down[0].0, "10_b.down.sql");
    }

    #[test]
    fn one_file_with_both_ways_is_cut_at_its_marks() {
        let scripts = read(&files(&[(
            "1_a.sql",
            "-- migrate:up\nUP;\n-- migrate:down\nDOWN;\n",
        )]))
        .unwrap();
        assert_eq!(scripts.up[0].1, "BEGIN;\nUP;\n\nCOMMIT;\n");
        assert_eq!(scripts.down[0].1, "BEGIN;\nDOWN;\n\nCOMMIT;\n");
    }

    #[test]
    fn a_folder_without_migrations_is_none() {
        assert_eq!(read(&files(&[("README.md", "")])), None);
    }
}
