//! The invariants of docs/ARCHITECTURE.md that reading the sources can hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which of our crates each crate may depend on. Data flows along the spine and never back.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("catalog", &[]),
    ("normalize", &[]),
    ("profile", &["normalize"]),
    ("ddl", &["catalog"]),
    ("planner", &["catalog"]),
    ("server", &["catalog", "planner"]),
    ("brief", &["catalog", "ddl"]),
    ("design", &["brief", "catalog", "ddl"]),
    ("migrate", &["catalog", "ddl"]),
    ("tune", &["catalog", "ddl", "planner", "profile"]),
    ("report", &["brief", "catalog", "ddl", "design", "migrate"]),
    (
        "pgwright",
        &[
            "brief",
            "catalog",
            "ddl",
            "design",
            "migrate",
            "normalize",
            "planner",
            "profile",
            "report",
            "server",
            "tune",
        ],
    ),
];

/// Libraries that one crate hides from all others.
const HIDDEN: &[(&str, &str, &str)] = &[
    (
        "pg_query",
        "ddl",
        "compiles for minutes, and its API is the C parser's",
    ),
    ("postgres", "server", "only one crate opens connections"),
];

/// The crates that decide: what they answer depends on their arguments alone.
const PURE: &[&str] = &[
    "catalog",
    "normalize",
    "profile",
    "ddl",
    "planner",
    "brief",
    "design",
    "migrate",
    "tune",
    "report",
];
const LIBRARIES: &[&str] = &[
    "catalog",
    "normalize",
    "profile",
    "ddl",
    "planner",
    "server",
    "brief",
    "design",
    "migrate",
    "tune",
    "report",
];
const ALL: &[&str] = &[
    "catalog",
    "normalize",
    "profile",
    "ddl",
    "planner",
    "server",
    "brief",
    "design",
    "migrate",
    "tune",
    "report",
    "pgwright",
];

/// Text that must not stand in the code, tests aside, of some crates.
const FORBIDDEN: &[(&[&str], &[&str], &str)] = &[
    (
        PURE,
        &[
            "std::fs",
            "std::net",
            "std::process",
            "std::env",
            "File::open",
        ],
        "does I/O; files and servers are touched at the edge",
    ),
    (
        PURE,
        &[
            "std::time",
            "SystemTime",
            "Instant::now",
            "Zoned::now",
            "Timestamp::now",
        ],
        "reads the clock; dates are an input",
    ),
    (
        PURE,
        &["HashMap", "HashSet", "RandomState"],
        "has no order; use BTreeMap, BTreeSet or a Vec",
    ),
    (
        LIBRARIES,
        &["println!", "eprintln!", "print!", "eprint!"],
        "prints; only the binary talks to the terminal",
    ),
    (
        ALL,
        &[".unwrap()"],
        "panics; return an error, or `expect` the invariant by name",
    ),
    (ALL, &["todo!", "unimplemented!", "dbg!"], "is unfinished"),
];

const LONGEST_FILE: usize = 800;

#[test]
fn crates_depend_along_the_spine() {
    let allowed: BTreeMap<_, _> = MAY_DEPEND_ON.iter().copied().collect();
    let mut complaints = Vec::new();
    for name in crate_names() {
        let Some(allowed) = allowed.get(name.as_str()) else {
            complaints.push(format!("crates/{name} is not in the table MAY_DEPEND_ON"));
            continue;
        };
        for dependency in dependencies(&name, "dependencies") {
            if let Some(ours) = dependency.strip_prefix("pgwright-")
                && !allowed.contains(&ours)
            {
                complaints.push(format!("crates/{name} must not depend on crates/{ours}"));
            }
        }
    }
    none(complaints);
}

#[test]
fn hidden_libraries_are_named_by_one_crate() {
    let mut complaints = Vec::new();
    for name in crate_names() {
        for section in ["dependencies", "dev-dependencies"] {
            for (library, owner, why) in HIDDEN {
                if name != *owner && dependencies(&name, section).contains(*library) {
                    complaints.push(format!(
                        "crates/{name} names {library}, which belongs to crates/{owner}: {why}"
                    ));
                }
            }
        }
    }
    none(complaints);
}

#[test]
fn forbidden_text_is_absent() {
    let mut complaints = Vec::new();
    for (crates, words, why) in FORBIDDEN {
        for name in *crates {
            for path in files(&root().join("crates").join(name).join("src"), &["rs"]) {
                if path.ends_with("tests.rs") || path.iter().any(|part| part == "tests") {
                    continue;
                }
                let text = read(&path);
                for (number, line) in code(&text) {
                    if let Some(word) = words.iter().find(|word| names(line, word)) {
                        complaints.push(format!("{}:{number}: {word} {why}", shown(&path)));
                    }
                }
            }
        }
    }
    none(complaints);
}

#[test]
fn files_say_what_lives_there_and_stay_short() {
    let mut complaints = Vec::new();
    for path in files(&root().join("crates"), &["rs"]) {
        let text = read(&path);
        if !text.starts_with("//!") {
            complaints.push(format!("{}: starts without a `//!` line", shown(&path)));
        }
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            complaints.push(format!(
                "{}: {lines} lines; which second thing moved in?",
                shown(&path)
            ));
        }
    }
    none(complaints);
}

#[test]
fn documents_name_files_that_exist() {
    let folders = [
        "crates/", "docs/", "scripts/", "bench/", "examples", "schemas", "testdata", ".ci/",
    ];
    let mut complaints = Vec::new();
    for name in ["docs/ARCHITECTURE.md", "CONTRIBUTING.md"] {
        for quoted in read(&root().join(name)).split('`').skip(1).step_by(2) {
            let is_path = folders.iter().any(|folder| quoted.starts_with(folder))
                && !quoted.contains([' ', '*', '<', '\n']);
            if is_path && !root().join(quoted).exists() {
                complaints.push(format!("{name} names `{quoted}`, which does not exist"));
            }
        }
    }
    none(complaints);
}

#[test]
fn the_architecture_document_describes_every_crate() {
    let document = read(&root().join("docs/ARCHITECTURE.md"));
    let missing = crate_names()
        .into_iter()
        .filter(|name| !document.contains(&format!("### `crates/{name}`")))
        .map(|name| format!("docs/ARCHITECTURE.md does not describe crates/{name}"))
        .collect();
    none(missing);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut complaints = Vec::new();
    // Documents of a package link to files that stand beside them in the package only.
    let ours = |path: &PathBuf| !shown(path).starts_with("testdata/");
    for path in files(&root(), &["md"]).into_iter().filter(ours) {
        let text = read(&path);
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#', ' ']).next().unwrap_or_default();
            let local = !target.is_empty() && !target.contains(':');
            if local && !path.with_file_name(target).exists() {
                complaints.push(format!("{}: links to {target}", shown(&path)));
            }
        }
    }
    none(complaints);
}

#[test]
fn nothing_names_a_place_on_one_machine() {
    let places = [
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/Use", "rs/"].concat(),
    ];
    let mut complaints = Vec::new();
    for path in files(
        &root(),
        &["rs", "md", "sql", "toml", "yaml", "json", "sh", ""],
    ) {
        for (number, line) in read(&path).lines().enumerate() {
            if let Some(place) = places.iter().find(|place| line.contains(place.as_str())) {
                complaints.push(format!("{}:{}: names {place}", shown(&path), number + 1));
            }
        }
    }
    none(complaints);
}

// ---- helpers

fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

fn crate_names() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("crates")).expect("the workspace has crates/");
    entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// The names under `[dependencies]` or `[dev-dependencies]` of a crate, `[target.….dependencies]`
/// included.
fn dependencies(name: &str, section: &str) -> BTreeSet<String> {
    let manifest = read(&root().join("crates").join(name).join("Cargo.toml"));
    let mut found = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            inside = header == section || header.ends_with(&format!(".{section}"));
        } else if inside && let Some(end) = line.find(['.', ' ', '=']) {
            found.insert(line[..end].to_owned());
        }
    }
    found
}

/// Every file below a directory with one of these extensions, in order. Build output and what
/// the scripts install are not ours.
fn files(directory: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let skipped = ["target", ".git", ".setup", "demo-output"];
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !skipped.contains(&name.as_ref()) {
                found.extend(files(&path, extensions));
            }
        } else if extensions.contains(
            &path
                .extension()
                .unwrap_or_default()
                .to_string_lossy()
                .as_ref(),
        ) {
            found.push(path);
        }
    }
    found
}

/// The lines of a source file that are neither comments nor its tests, which end the file.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| *line != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line))
}

/// Whether a line holds a word, not as the end of a longer one: `print!` is not in `println!`, nor
/// in `eprint!`.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        word.starts_with('.') || !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}
