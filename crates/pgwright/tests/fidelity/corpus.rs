//! The texts to be checked: real schemas beside the project, and the cases of testdata/read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Texts longer than this take minutes, and are run when they are asked for.
const LARGE: u64 = 500_000;

/// One text to be checked.
#[derive(Debug, Clone)]
pub struct Text {
    /// What it is called in the report.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What is known about it: the columns of COUNTS.tsv.
    pub counts: BTreeMap<String, String>,
    /// Whether to write it, load it again, and compare dumps, besides reading it in both ways.
    pub round_trip: bool,
}

impl Text {
    fn new(name: String, path: PathBuf) -> Self {
        Text {
            name,
            path,
            counts: BTreeMap::new(),
            round_trip: true,
        }
    }

    /// What its lines `-- known difference: …` declare: parts of the lines that tell of differences. Each
    /// stands in docs/fidelity.md with its reason.
    pub fn declared(&self) -> BTreeSet<String> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let declared = text
            .lines()
            .filter_map(|l| l.strip_prefix("-- known difference: "));
        declared.map(|line| line.trim().to_owned()).collect()
    }

    /// How many errors loading it is known to give.
    pub fn expected_errors(&self) -> Option<usize> {
        self.counts.get("err")?.parse().ok()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The schemas of the corpus that are to be checked in this run, and what they were dumped as.
pub fn real_schemas() -> Result<Vec<Text>, String> {
    let asked = std::env::var("PGWRIGHT_CORPUS").unwrap_or_default();
    let asked: Vec<&str> = asked.split(',').filter(|name| !name.is_empty()).collect();
    let mut texts = Vec::new();
    let corpus = root().join("../shared/corpus");
    let counts = fs::read_to_string(corpus.join("COUNTS.tsv")).unwrap_or_default();
    let mut lines = counts.lines().map(|line| line.split('\t'));
    let header: Vec<&str> = lines.next().map(Iterator::collect).unwrap_or_default();
    for line in lines {
        let row: BTreeMap<String, String> = header
            .iter()
            .zip(line)
            .map(|(column, value)| ((*column).to_owned(), value.to_owned()))
            .collect();
        let Some(name) = row.get("name").cloned() else {
            continue;
        };
        let folder = corpus.join(&name);
        for (file, label, round_trip) in [
            ("schema.sql", name.clone(), true),
            ("dump.sql", format!("{name}/dump"), false),
        ] {
            let path = folder.join(file);
            let Ok(metadata) = fs::metadata(&path) else {
                continue;
            };
            let wanted = if asked.is_empty() {
                metadata.len() < LARGE
            } else {
                asked.contains(&"all")
                    || asked.contains(&name.as_str())
                    || asked.contains(&label.as_str())
            };
            if wanted {
                let mut text = Text::new(label, path);
                text.counts = row.clone();
                text.round_trip = round_trip;
                if !round_trip {
                    // What the server refused is not in its dump, except that it lacks the extension here too.
                    text.counts.remove("err");
                }
                texts.push(text);
            }
        }
    }
    for path in asked
        .iter()
        .filter(|name| name.contains(['/', '.']) && !name.ends_with("/dump"))
    {
        texts.push(Text::new((*path).to_owned(), root().join(path)));
    }
    if texts.is_empty() && !corpus.is_dir() {
        return Err(format!("no corpus at {}", corpus.display()));
    }
    // The longest first, so that the workers end together.
    texts.sort_by_key(|text| std::cmp::Reverse(fs::metadata(&text.path).map_or(0, |m| m.len())));
    Ok(texts)
}

/// The cases of testdata/read, each an SQL file that says in its first line what it proves.
/// `PGWRIGHT_CASE=partition` runs those whose path holds the word.
pub fn cases() -> Vec<Text> {
    let folder = root().join("testdata/read");
    let word = std::env::var("PGWRIGHT_CASE").unwrap_or_default();
    let mut texts = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "sql") {
                let name = path
                    .strip_prefix(&folder)
                    .unwrap_or(&path)
                    .display()
                    .to_string();
                if name.contains(&word) {
                    texts.push(Text::new(name, path));
                }
            }
        }
    }
    texts.sort_by(|a, b| a.name.cmp(&b.name));
    texts
}
