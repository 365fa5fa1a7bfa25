//! What a wrong brief gets to hear, case by case; and the published schema.
//!
//! Each folder of testdata/brief holds a brief and what is said about it. After a wanted change,
//! `UPDATE_GOLDEN=1 cargo test -p pgwright-brief` writes the expected files anew.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Compares with a committed file, or writes it.
fn golden(path: &Path, actual: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, actual).unwrap();
        return Ok(());
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    Err(format!(
        "{} is stale\n--- committed\n{expected}\n--- now\n{actual}",
        path.display()
    ))
}

fn said(text: &str) -> String {
    let reading = pgwright_brief::read(text);
    let mut said = String::new();
    for warning in &reading.warnings {
        said.push_str("warning: ");
        said.push_str(&warning.render(text, "brief.yaml"));
    }
    for error in &reading.errors {
        said.push_str("error: ");
        said.push_str(&error.render(text, "brief.yaml"));
    }
    said
}

#[test]
fn wrong_briefs() {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("testdata/brief"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() > 40, "testdata/brief is not complete");
    let mut stale = Vec::new();
    for case in cases {
        let text = fs::read_to_string(case.join("brief.yaml")).unwrap();
        let said = said(&text);
        assert!(!said.is_empty(), "{} finds nothing wrong", case.display());
        stale.extend(golden(&case.join("errors.txt"), &said).err());
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

#[test]
fn examples_are_right() {
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(said(&text), "", "{}", path.display());
        }
    }
}

#[test]
fn the_page_is_right() {
    let page = fs::read_to_string(root().join("docs/brief.md")).unwrap();
    let mut wholes = 0;
    for block in page.split("```yaml\n").skip(1) {
        let text = block.split("```").next().unwrap();
        if text.starts_with("brief:") {
            assert_eq!(said(text), "", "{text}");
            wholes += 1;
        }
    }
    assert!(wholes > 0, "docs/brief.md shows no whole brief");
}

#[test]
fn the_schema_is_current() {
    let path = root().join("schemas/brief.schema.json");
    if let Err(stale) = golden(&path, &pgwright_brief::json_schema_text()) {
        panic!("{stale}");
    }
}
