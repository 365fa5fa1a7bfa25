//! `pgwright review` from the command line: what pgwright designs is clean, and every form of its output.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn pgwright(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pgwright"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder of one test, made anew.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    })
}

#[test]
fn what_pgwright_designs_is_clean() {
    let mut complaints = Vec::new();
    let mut reviewed = 0;
    for folder in ["examples", "testdata/briefs"] {
        let mut briefs: Vec<PathBuf> = fs::read_dir(root().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
            .collect();
        briefs.sort();
        for brief in briefs {
            let name = brief.display().to_string();
            let arguments = ["review", &name, "--format", "json", "--fail-on", "never"];
            let found = json(&pgwright(&arguments, &root()));
            reviewed += 1;
            for finding in found["findings"].as_array().unwrap() {
                if finding["severity"] != "info" {
                    let first = &finding["occurrences"][0];
                    complaints.push(format!(
                        "{name}: {} {} {}",
                        finding["rule"], first["object"], first["message"]
                    ));
                }
            }
        }
    }
    assert!(reviewed > 10, "{reviewed}");
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

const SCHEMA: &str = "CREATE TABLE customers (\n    id bigint PRIMARY KEY,\n    name text NOT NULL\n);\n\
    -- pgwright: ignore KEY-NO-PK because rows are only counted\nCREATE TABLE clicks (at timestamptz);\n\
    CREATE TABLE orders (\n    id bigint PRIMARY KEY,\n    total money NOT NULL\n);\n\
    CREATE INDEX one ON orders (total);\nCREATE INDEX two ON orders (total);\n";

#[test]
fn findings_have_their_place_and_comments_accept_them() {
    let folder = scratch("review-place");
    fs::write(folder.join("schema.sql"), SCHEMA).unwrap();
    let output = pgwright(&["review", "schema.sql"], &folder);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("warning[TYP-MONEY]"), "{text}");
    assert!(text.contains("--> schema.sql:9:5"), "{text}");
    assert!(text.contains("9 |     total money NOT NULL"), "{text}");
    assert!(
        text.contains("index public.orders.two is the same as one"),
        "{text}"
    );
    assert!(
        !text.contains("KEY-NO-PK") && text.contains("1 ignored by comments"),
        "{text}"
    );
    let never = pgwright(&["review", "schema.sql", "--fail-on", "never"], &folder);
    assert_eq!(never.status.code(), Some(0));
    let error = pgwright(&["review", "schema.sql", "--fail-on", "error"], &folder);
    assert_eq!(error.status.code(), Some(0));
}

#[test]
fn a_baseline_accepts_what_is_there_and_no_more() {
    let folder = scratch("review-baseline");
    fs::write(folder.join("schema.sql"), SCHEMA).unwrap();
    let written = pgwright(
        &["review", "schema.sql", "--write-baseline", "accepted.json"],
        &folder,
    );
    assert_eq!(written.status.code(), Some(0));
    let clean = pgwright(
        &[
            "review",
            "schema.sql",
            "--baseline",
            "accepted.json",
            "--fail-on",
            "info",
        ],
        &folder,
    );
    assert_eq!(
        clean.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&clean.stdout)
    );
    fs::write(
        folder.join("schema.sql"),
        format!("-- more\n{SCHEMA}CREATE TABLE bills (id bigint PRIMARY KEY, sum money);"),
    )
    .unwrap();
    let more = pgwright(
        &[
            "review",
            "schema.sql",
            "--baseline",
            "accepted.json",
            "--format",
            "json",
        ],
        &folder,
    );
    assert_eq!(more.status.code(), Some(1));
    let found = json(&more);
    assert_eq!(found["findings"].as_array().unwrap().len(), 1);
    assert_eq!(
        found["findings"][0]["occurrences"][0]["object"],
        "column public.bills.sum"
    );
}

#[test]
fn settings_are_found_and_checked() {
    let folder = scratch("review-settings");
    fs::create_dir(folder.join("db")).unwrap();
    fs::write(folder.join("db/schema.sql"), SCHEMA).unwrap();
    let settings = "[review]\ndisable = [\"IDX\"]\n[review.severity]\nTYP-MONEY = \"error\"\n[[review.override]]\nobjects = \"cust*\"\ndisable = [\"KEY\"]\n";
    fs::write(folder.join("pgwright.toml"), settings).unwrap();
    let found = json(&pgwright(
        &["review", "schema.sql", "--format", "json"],
        &folder.join("db"),
    ));
    let rules: Vec<_> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["rule"].as_str().unwrap(), f["severity"].as_str().unwrap()))
        .collect();
    assert_eq!(rules, [("TYP-MONEY", "error")]);
    fs::write(
        folder.join("pgwright.toml"),
        "[review]\ndisable = [\"NO-SUCH\"]\nenabel = []\n",
    )
    .unwrap();
    let wrong = pgwright(&["review", "schema.sql"], &folder.join("db"));
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&wrong.stderr).contains("pgwright.toml:3:1"),
        "{wrong:?}"
    );
}

#[test]
fn migrations_are_reviewed_on_top_of_a_schema() {
    let folder = scratch("review-migration");
    fs::write(folder.join("schema.sql"), SCHEMA).unwrap();
    let migration = "CREATE INDEX three ON orders (id);\nALTER TABLE customers ALTER COLUMN name TYPE varchar;\n";
    fs::write(folder.join("next.sql"), migration).unwrap();
    let arguments = [
        "review",
        "schema.sql",
        "--migration",
        "next.sql",
        "--format",
        "json",
    ];
    let found = json(&pgwright(&arguments, &folder));
    let rules: Vec<_> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules, ["MIG-INDEX-NONCONC", "IDX-UNIQUE-NONUNIQUE-TWIN"]);
    // Alone, it is a migration of tables that are not known.
    let alone = json(&pgwright(
        &["review", "next.sql", "--format", "json"],
        &folder,
    ));
    assert_eq!(alone["findings"][0]["rule"], "MIG-INDEX-NONCONC");
    assert_eq!(alone["findings"][0]["occurrences"][0]["place"]["line"], 1);
}

#[test]
fn other_forms_are_what_their_readers_take() {
    let folder = scratch("review-forms");
    fs::write(folder.join("schema.sql"), SCHEMA).unwrap();
    let sarif = json(&pgwright(
        &["review", "schema.sql", "--format", "sarif"],
        &folder,
    ));
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(
            result["locations"][0]["physicalLocation"]["region"]["startLine"]
                .as_u64()
                .unwrap()
                > 0
        );
    }
    let github = pgwright(&["review", "schema.sql", "--format", "github"], &folder);
    let lines = String::from_utf8(github.stdout).unwrap();
    assert!(
        lines
            .lines()
            .any(|l| l.starts_with("::warning file=schema.sql,line=9,col=5,title=TYP-MONEY%3A ")),
        "{lines}"
    );
    let markdown = pgwright(&["review", "schema.sql", "--format", "markdown"], &folder);
    assert!(
        String::from_utf8(markdown.stdout)
            .unwrap()
            .contains("## TYP-MONEY")
    );
}

#[test]
fn safe_fixes_are_made_and_planned() {
    let folder = scratch("review-fix");
    fs::write(folder.join("schema.sql"), SCHEMA).unwrap();
    let output = pgwright(
        &[
            "review",
            "schema.sql",
            "--fix",
            "-o",
            "fixes",
            "--fail-on",
            "never",
        ],
        &folder,
    );
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let fixed = fs::read_to_string(folder.join("fixes/schema.sql")).unwrap();
    assert!(
        fixed.contains("INDEX one") && !fixed.contains("INDEX two"),
        "{fixed}"
    );
    // The type of money needs a look first.
    assert!(fixed.contains("total money"), "{fixed}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("--fix=risky"),
        "{output:?}"
    );
}

#[test]
fn rules_are_shown() {
    let folder = scratch("rules");
    let one = pgwright(&["rules", "idx-duplicate"], &folder);
    assert!(
        String::from_utf8(one.stdout)
            .unwrap()
            .starts_with("# IDX-DUPLICATE: ")
    );
    let group = String::from_utf8(pgwright(&["rules", "idx"], &folder).stdout).unwrap();
    assert!(group.contains("IDX-BOOLEAN") && !group.contains("KEY-NO-PK"));
    assert_eq!(
        pgwright(&["rules", "nothing"], &folder).status.code(),
        Some(2)
    );
}
