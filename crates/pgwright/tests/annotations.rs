//! Renames that the new schema says itself, in text and in a brief.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const OLD: &str = "CREATE TABLE users (id integer PRIMARY KEY, mail text);";
const NEW: &str = "-- pgwright: rename public.users.mail=contact
CREATE TABLE users (id integer PRIMARY KEY, contact text);";

fn plan(folder: &Path, from: &str, to: &str) -> (String, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_pgwright"))
        .current_dir(folder)
        .args(["plan", from, to, "--no-rename-detection", "--no-owners"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    (String::from_utf8(output.stdout).unwrap(), said)
}

#[test]
fn a_rename_is_said_in_the_text_of_the_new_schema_and_may_stay_there() {
    let folder = std::env::temp_dir().join(format!("pgwright-annotations-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("old.sql"), OLD).unwrap();
    fs::write(folder.join("new.sql"), NEW).unwrap();

    let (up, _) = plan(&folder, "old.sql", "new.sql");
    assert!(up.contains("RENAME COLUMN mail TO contact"), "{up}");

    let (up, said) = plan(&folder, "new.sql", "new.sql");
    assert!(!up.contains("ALTER"), "{up}");
    assert!(said.contains("nothing to be done"), "{said}");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_rename_is_said_in_a_brief() {
    let folder = std::env::temp_dir().join(format!("pgwright-in-brief-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let brief = |attribute: &str| {
        format!(
            "brief: shop\npostgresql: 18\nas_of: 2026-01-01\nentities:\n  customer:\n    has:\n      \
             name: name\n      {attribute}: text, optional\n"
        )
    };
    fs::write(folder.join("old.yaml"), brief("nickname")).unwrap();
    let new = format!(
        "# pgwright: rename shop.customers.nickname=handle\n{}",
        brief("handle")
    );
    fs::write(folder.join("new.yaml"), new).unwrap();
    let (up, said) = plan(&folder, "old.yaml", "new.yaml");
    assert!(
        up.contains("RENAME COLUMN nickname TO handle"),
        "{up}\n{said}"
    );
    fs::remove_dir_all(&folder).unwrap();
}
