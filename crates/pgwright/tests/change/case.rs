//! The cases as they lie in `testdata/change`, one folder each.

use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::{Regex, RegexBuilder};

/// One change and what is asked of its plan.
pub struct Case {
    /// `area/case`.
    pub name: String,
    /// Where its files are.
    pub folder: PathBuf,
    /// Arguments of `plan` beyond the two sources.
    pub arguments: Vec<String>,
    /// Roles that must exist.
    pub roles: Vec<String>,
    /// What up.sql must have (true) or lack (false).
    pub forms: Vec<(bool, Regex)>,
    /// What the plan must ask, or call a hazard.
    pub asks: Vec<Regex>,
    /// Lines of the dump that may differ from those of `b.sql`, because the plan has to ask.
    pub differs: Vec<Regex>,
    /// The contract drops rows that other tables refer to, so that after it there is no way back.
    pub contract_is_final: bool,
    /// Its arguments say something else when they are given a second time.
    pub once: bool,
    /// What must come of `rows.sql` once the change is made.
    pub rows: Option<String>,
}

/// The cases that a server of this version can hold and whose names hold `PGWRIGHT_CHANGE_CASE`.
pub fn all(major: u32) -> Vec<Case> {
    let wanted = std::env::var("PGWRIGHT_CHANGE_CASE").unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/change");
    let mut cases = Vec::new();
    for area in folders(&root) {
        for folder in folders(&area) {
            let part = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
            let name = format!("{}/{}", part(&area), part(&folder));
            let oldest = lines(&folder, "pg")
                .first()
                .map_or(14, |pg| pg.parse().unwrap());
            if name.contains(&wanted) && oldest <= major {
                cases.push(read(name, folder));
            }
        }
    }
    cases
}

/// Reads the case of a folder.
pub fn read(name: String, folder: PathBuf) -> Case {
    let forms = lines(&folder, "forms").into_iter().map(|line| {
        let (verb, pattern) = line.split_once(' ').unwrap();
        assert!(matches!(verb, "has" | "lacks"), "{name}: forms: {line}");
        (verb == "has", regex(pattern))
    });
    let patterns = |file: &str| -> Vec<Regex> {
        let lines = lines(&folder, file);
        lines.iter().map(|line| regex(line)).collect()
    };
    Case {
        forms: forms.collect(),
        arguments: lines(&folder, "arguments"),
        roles: lines(&folder, "roles"),
        asks: patterns("asks"),
        differs: patterns("differs"),
        contract_is_final: folder.join("contract-is-final").is_file(),
        once: folder.join("once").is_file(),
        rows: fs::read_to_string(folder.join("rows.expected")).ok(),
        name,
        folder,
    }
}

impl Case {
    /// A file of the case.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Patterns are tried on whole texts: `.` stops at the end of a line, `(?s)` lets it go on.
fn regex(pattern: &str) -> Regex {
    RegexBuilder::new(pattern)
        .multi_line(true)
        .build()
        .unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

fn lines(folder: &Path, file: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
    let lines = text.lines().map(str::trim_end);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}
