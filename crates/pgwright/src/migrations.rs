//! Reading migrations from a folder, in whichever tool's layout they are.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The scripts of a migrations folder, in the order in which they run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scripts {
    /// Forward.
    pub up: Vec<Script>,
    /// Back.
    pub down: Vec<Script>,
}

/// A script of a migrations folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its path in the folder.
    pub path: String,
    /// Its text; in a file that holds both ways, the lines of the other way are empty, so that places
    /// in the text are places in the file.
    pub text: String,
    /// The tool runs it in a transaction.
    transaction: bool,
}

impl Script {
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            transaction: false,
        }
    }

    /// A script that its tool puts a transaction around, unless the script has its own or one of its
    /// statements refuses to run in one.
    fn in_transaction(path: &str, text: &str) -> Self {
        let own = text
            .lines()
            .any(|line| line.trim().eq_ignore_ascii_case("BEGIN;"));
        let outside = text.contains("CONCURRENTLY") || text.contains("no-transaction");
        Self {
            transaction: !(own || outside || text.trim().is_empty()),
            ..Self::new(path, text)
        }
    }

    /// What the tool would run.
    pub fn to_run(&self) -> String {
        if self.transaction {
            format!("BEGIN;\n{}\nCOMMIT;\n", self.text)
        } else {
            self.text.clone()
        }
    }
}

/// A layout: its scripts, or nothing when the folder is not of it.
type Layout = fn(&BTreeMap<String, String>) -> Option<Scripts>;

/// The layouts, the most telling first.
const LAYOUTS: &[Layout] = &[
    plain,
    sqitch,
    flyway,
    |files| marked(files, "-- migrate:up", "-- migrate:down"),
    |files| marked(files, "-- +goose Up", "-- +goose Down"),
    folders,
    two_files,
];

/// Recognises the layout by its files; `None` when there is no migration in them.
pub fn read(files: &BTreeMap<String, String>) -> Option<Scripts> {
    LAYOUTS.iter().find_map(|layout| layout(files))
}

/// Like [`read`], for any folder of SQL files: in no tool's layout they run in the order of the
/// numbers in their names.
pub fn read_any(files: &BTreeMap<String, String>) -> Option<Scripts> {
    read(files).or_else(|| {
        let mut up: Vec<Script> = files
            .iter()
            .filter(|(path, _)| path.ends_with(".sql") && !is_way_back(path))
            .map(|(path, text)| Script::new(path, text))
            .collect();
        up.sort_by(|a, b| by_numbers(&a.path, &b.path));
        (!up.is_empty()).then_some(Scripts {
            up,
            down: Vec::new(),
        })
    })
}

/// True for a script that undoes another, by the names in use for such.
fn is_way_back(path: &str) -> bool {
    path.to_ascii_lowercase()
        .split(['/', '.', '_', '-'])
        .any(|word| matches!(word, "down" | "rollback" | "undo" | "revert"))
}

fn plain(files: &BTreeMap<String, String>) -> Option<Scripts> {
    let script = |name: &str| Some(vec![Script::new(name, files.get(name)?)]);
    Some(Scripts {
        up: script("up.sql")?,
        down: script("down.sql").unwrap_or_default(),
    })
}

/// A folder for each migration: `1_name/up.sql` (diesel), `1_name/migration.sql` (Prisma).
fn folders(files: &BTreeMap<String, String>) -> Option<Scripts> {
    let named = |names: &[&str]| -> Vec<Script> {
        let mut found: Vec<Script> = files
            .iter()
            .filter(|(path, _)| {
                path.rsplit_once('/').is_some_and(|(folder, name)| {
                    names.contains(&name) && !numbers(file_name(folder)).is_empty()
                })
            })
            .map(|(path, text)| Script::in_transaction(path, text))
            .collect();
        found.sort_by(|a, b| by_numbers(&a.path, &b.path));
        found
    };
    let (up, mut down) = (named(&["up.sql", "migration.sql"]), named(&["down.sql"]));
    down.reverse();
    (!up.is_empty()).then_some(Scripts { up, down })
}

/// sqlx and golang-migrate: `1_name.up.sql`, `1_name.down.sql`.
fn two_files(files: &BTreeMap<String, String>) -> Option<Scripts> {
    let ending = |ending: &str| -> Vec<Script> {
        let mut found: Vec<Script> = files
            .iter()
            .filter(|(path, _)| path.ends_with(ending))
            .map(|(path, text)| Script::in_transaction(path, text))
            .collect();
        found.sort_by(|a, b| by_numbers(&a.path, &b.path));
        found
    };
    let (up, mut down) = (ending(".up.sql"), ending(".down.sql"));
    down.reverse();
    (!up.is_empty()).then_some(Scripts { up, down })
}

/// `V1.2__name.sql`, `U1.2__name.sql`, and `R__name.sql`, which run last.
fn flyway(files: &BTreeMap<String, String>) -> Option<Scripts> {
    let starting = |mark: &str| -> Vec<Script> {
        let mut found: Vec<Script> = files
            .iter()
            .filter(|(path, _)| {
                let name = file_name(path);
                let rest = name.strip_prefix(mark);
                path.ends_with(".sql")
                    && name.contains("__")
                    && rest.is_some_and(|rest| (mark == "R") == rest.starts_with("__"))
            })
            .map(|(path, text)| Script::in_transaction(path, text))
            .collect();
        found.sort_by(|a, b| by_numbers(file_name(&a.path), file_name(&b.path)));
        found
    };
    let (mut up, mut down) = (starting("V"), starting("U"));
    down.reverse();
    if up.is_empty() {
        return None;
    }
    up.extend(starting("R"));
    Some(Scripts { up, down })
}

/// One file with both ways under marks: dbmate and goose.
fn marked(files: &BTreeMap<String, String>, up_mark: &str, down_mark: &str) -> Option<Scripts> {
    let mut found: Vec<(&String, &String)> = files
        .iter()
        .filter(|(path, text)| path.ends_with(".sql") && text.contains(up_mark))
        .collect();
    found.sort_by(|a, b| by_numbers(a.0, b.0));
    let mut scripts = Scripts::default();
    for (path, text) in found {
        let up_at = text.find(up_mark)?;
        let down_at = text[up_at..]
            .find(down_mark)
            .map_or(text.len(), |at| up_at + at);
        let outside = text.contains("NO TRANSACTION") || text.contains("transaction:false");
        let script = |from: usize, to: usize| {
            // The rest of the mark's line belongs to the tool.
            let from = text[from..to].find('\n').map_or(to, |at| from + at);
            let empty_lines = "\n".repeat(text[..from].matches('\n').count());
            let part = format!("{empty_lines}{}", &text[from..to]);
            if outside {
                Script::new(path, &part)
            } else {
                Script::in_transaction(path, &part)
            }
        };
        scripts.up.push(script(up_at, down_at));
        scripts.down.insert(0, script(down_at, text.len()));
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
        files.get(&path).map(|text| Script::new(&path, text))
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

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The numbers at the beginning of a name, past a letter such as Flyway's: `V1.2__x` has 1 and 2,
/// `2024-01-31-0945_x` has four.
fn numbers(name: &str) -> Vec<u64> {
    let start = name.trim_start_matches(['V', 'U', 'v']);
    let end = start
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_' | '-')))
        .unwrap_or(start.len());
    start[..end]
        .split(['.', '_', '-'])
        .filter_map(|part| part.parse().ok())
        .collect()
}

/// By the numbers that the parts of two paths begin with, then by their text: 9 comes before 10.
fn by_numbers(a: &str, b: &str) -> Ordering {
    let key = |path: &str| -> Vec<(Vec<u64>, String)> {
        path.split('/')
            .map(|part| (numbers(part), part.to_owned()))
            .collect()
    };
    key(a).cmp(&key(b))
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

    fn up(pairs: &[(&str, &str)]) -> Vec<String> {
        let scripts = read_any(&files(pairs)).unwrap();
        scripts.up.into_iter().map(|s| s.path).collect()
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
        let paths: Vec<&str> = scripts.up.iter().map(|s| s.path.as_str()).collect();
        assert_eq!(paths, ["9_a.up.sql", "10_b.up.sql"]);
        assert_eq!(scripts.down[0].path, "10_b.down.sql");
    }

    #[test]
    fn one_file_with_both_ways_is_cut_at_its_marks() {
        let scripts = read(&files(&[(
            "1_a.sql",
            "-- migrate:up\nUP;\n-- migrate:down\nDOWN;\n",
        )]))
        .unwrap();
        assert_eq!(scripts.up[0].to_run(), "BEGIN;\n\nUP;\n\nCOMMIT;\n");
        // Places in the script are places in the file.
        assert_eq!(scripts.down[0].text, "\n\n\nDOWN;\n");
    }

    #[test]
    fn a_folder_for_each_migration_is_read_in_order() {
        assert_eq!(
            up(&[
                ("2024-02-01-101112_b/up.sql", ""),
                ("2024-02-01-101112_b/down.sql", ""),
                ("00000000000000_setup/up.sql", ""),
                ("2023-12-31-000000_a/up.sql", ""),
            ]),
            [
                "00000000000000_setup/up.sql",
                "2023-12-31-000000_a/up.sql",
                "2024-02-01-101112_b/up.sql"
            ]
        );
        assert_eq!(
            up(&[
                ("20240202_b/migration.sql", ""),
                ("20240201_a/migration.sql", ""),
                ("migration_lock.toml", ""),
            ]),
            ["20240201_a/migration.sql", "20240202_b/migration.sql"]
        );
    }

    #[test]
    fn flyway_versions_have_parts_and_repeatables_run_last() {
        assert_eq!(
            up(&[
                ("R__views.sql", ""),
                ("V1.10__c.sql", ""),
                ("V1.9__b.sql", ""),
                ("V1__a.sql", ""),
                ("U1__a.sql", ""),
            ]),
            ["V1__a.sql", "V1.9__b.sql", "V1.10__c.sql", "R__views.sql"]
        );
    }

    #[test]
    fn files_of_no_tool_run_in_the_order_of_their_numbers() {
        assert_eq!(
            up(&[
                ("10_tables.sql", ""),
                ("9_types.sql", ""),
                ("9_types_rollback.sql", ""),
                ("notes.txt", ""),
            ]),
            ["9_types.sql", "10_tables.sql"]
        );
    }

    #[test]
    fn a_folder_without_migrations_is_none() {
        assert_eq!(read_any(&files(&[("README.md", "")])), None);
    }
}
