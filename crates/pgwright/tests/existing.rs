//! `pgwright design --existing`: a design becomes part of a schema that is there.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pgwright_server::{discover, select};

fn case(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/existing")
        .join(file)
}

fn pgwright(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgwright"));
    command.args(arguments).output().unwrap()
}

fn design(brief: &str, folder: &Path, more: &[&str]) -> Output {
    let (brief, schema) = (case(brief), case("schema.sql"));
    let paths = [
        brief.to_str().unwrap(),
        schema.to_str().unwrap(),
        folder.to_str().unwrap(),
    ];
    let mut arguments = vec!["design", paths[0], "--existing", paths[1], "-o", paths[2]];
    arguments.extend(more);
    pgwright(&arguments)
}

fn scratch(name: &str) -> PathBuf {
    let name = format!("pgwright-existing-{name}-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

#[test]
fn a_design_becomes_part_of_the_schema_that_is_there() {
    let folder = scratch("stock");
    let found = discover(None).unwrap_or_default();
    let versions: Vec<String> = [15, 18]
        .into_iter()
        .filter(|major| select(&found, &[*major]).is_ok())
        .map(|major: u32| major.to_string())
        .collect();
    let versions = versions.join(",");
    let more = match versions.is_empty() {
        true => vec!["--no-proof"],
        false => vec!["--pg", &versions],
    };
    let output = design("stock.yaml", &folder, &more);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("user is app.account"), "{said}");
    assert!(said.contains("product is app.product"), "{said}");

    let up = fs::read_to_string(folder.join("migrations/up.sql")).unwrap();
    let up = up.split_whitespace().collect::<Vec<_>>().join(" ");
    let has = |text: &str| assert!(up.contains(text), "{text} is not in\n{up}");
    // New tables stand beside the others and are named as they are.
    has("CREATE TABLE app.warehouse (");
    has("app.warehouse ( id bigint GENERATED ALWAYS AS IDENTITY");
    has("FOREIGN KEY (product_id) REFERENCES app.product (id)");
    has("product_id uuid NOT NULL");
    has("user_id integer NOT NULL");
    // What the brief asks for and is not there is added, and nothing else is touched.
    has("ALTER TABLE app.product ADD COLUMN weight numeric;");
    for kept in [
        "CREATE TABLE app.product",
        "CREATE TABLE app.account",
        "DROP ",
        "ADD COLUMN name",
    ] {
        assert!(!up.contains(kept), "{kept} is in\n{up}");
    }
    // A report and a search use the columns that are there under their own names.
    has("p.title");
    has("ON app.product USING gin (title");

    if !versions.is_empty() {
        let verified = pgwright(&["verify", folder.to_str().unwrap(), "--pg", &versions]);
        let said = String::from_utf8_lossy(&verified.stderr);
        assert!(verified.status.success(), "{said}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_does_not_fit_is_said_all_at_once() {
    let folder = scratch("misfits");
    let output = design("misfits.yaml", &folder, &["--no-proof"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    for part in [
        "misfits.yaml:5:15: the schema has no table app.orders",
        "price_history, which holds price_history, has a primary key of 2 columns",
        "does not fit the existing schema in 2 points; nothing was written",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    assert!(!folder.exists());
}
