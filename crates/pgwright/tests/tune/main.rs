//! `pgwright tune`, from the command line to what it recommends and delivers.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pgwright_server::{Installation, discover};
use regex_lite::Regex;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn servers() -> Vec<Installation> {
    let found = discover(None).unwrap_or_default();
    if found.is_empty() {
        eprintln!("skipped: no PostgreSQL server found");
    }
    found
}

fn run(arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pgwright"))
        .args(arguments)
        .output()
        .unwrap()
}

fn json(arguments: &[String]) -> Value {
    let output = run(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text_of(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("pgwright-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn arguments(case: &Path) -> Vec<String> {
    let path = |name: &str| case.join(name).to_string_lossy().into_owned();
    let mut arguments = vec!["tune".to_owned(), path("schema.sql")];
    arguments.extend(["--workload".to_owned(), path("workload.sql")]);
    arguments.extend(["--format".to_owned(), "json".to_owned()]);
    let own = fs::read_to_string(case.join("arguments")).unwrap();
    arguments.extend(own.lines().map(str::to_owned));
    arguments
}

#[test]
fn cases_get_what_they_expect_in_one_migration_that_holds() {
    if servers().is_empty() {
        return;
    }
    for entry in fs::read_dir(root().join("testdata/tune")).unwrap() {
        let case = entry.unwrap().path();
        if case.is_dir() {
            check(&case);
        }
    }
}

fn check(case: &Path) {
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    let folder = Folder::new(&format!("tune-{name}"));
    let mut arguments = arguments(case);
    arguments.extend(["-o".to_owned(), folder.0.to_string_lossy().into_owned()]);
    let document = json(&arguments);
    let recommendations = document["recommendations"].as_array().unwrap();
    let lines: Vec<String> = recommendations
        .iter()
        .map(|r| format!("{} {}", text_of(r, "action"), text_of(r, "definition")))
        .collect();
    let expected = fs::read_to_string(case.join("expects")).unwrap();
    let mut wrong = Vec::new();
    for line in expected.lines() {
        let (word, pattern) = line.split_once(' ').unwrap();
        let pattern = Regex::new(pattern).unwrap();
        let found = lines.iter().any(|line| pattern.is_match(line));
        if found != (word == "has") {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{name}: {wrong:#?} of {lines:#?}");
    for line in fs::read_to_string(case.join("cheaper")).unwrap().lines() {
        let (statement, times) = line.rsplit_once(' ').unwrap();
        let statements = document["statements"].as_array().unwrap();
        let found = statements.iter().find(|s| s["name"] == statement).unwrap();
        let cost = |key: &str| found["cost"][key].as_f64().unwrap();
        let ratio = cost("before") / cost("after");
        assert!(
            ratio >= times.parse().unwrap(),
            "{name}: {statement}: {ratio}"
        );
    }
    let created = recommendations
        .iter()
        .filter(|r| r["action"] == "create_index");
    for index in created {
        let ddl = index["ddl"].as_array().unwrap();
        assert!(!ddl.is_empty(), "{name}: {index}");
        assert!(
            !index["statements"].as_array().unwrap().is_empty(),
            "{name}: {index}"
        );
    }
    let proof = fs::read_to_string(folder.0.join("proof.json")).unwrap();
    let proof: Value = serde_json::from_str(&proof).unwrap();
    assert_eq!(proof["proven"], true, "{name}: {proof:#}");
    let readme = fs::read_to_string(folder.0.join("README.md")).unwrap();
    assert!(readme.contains("## Recommendations") && readme.contains("up.sql"));
}

#[test]
fn the_same_input_gives_the_same_answer() {
    if servers().is_empty() {
        return;
    }
    let arguments = arguments(&root().join("testdata/tune/bookings"));
    assert_eq!(json(&arguments), json(&arguments));
}

#[test]
fn nothing_to_go_by_is_wrong_usage() {
    let case = root().join("testdata/tune/bookings");
    let mut arguments = arguments(&case);
    let at = arguments.iter().position(|a| a == "--rows").unwrap();
    arguments.drain(at..at + 2);
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("hint: --stats FILE"));
}

/// Published advisors reach 84.6 % of the cost within 250 MB as hypopg counts them, with B-trees alone, on the
/// queries of TPC-H at 1 GB without 2, 17 and 20. The statistics are those of PostgreSQL 15 with the data loaded.
#[test]
fn a_known_workload_gets_as_cheap_as_published_advisors_make_it() {
    if !servers().iter().any(|s| s.major == 15) {
        eprintln!("skipped: no PostgreSQL 15 found");
        return;
    }
    let workload = root().join("../shared/workloads/tpch");
    if !workload.is_dir() {
        eprintln!("skipped: no {}", workload.display());
        return;
    }
    let folder = Folder::new("tune-tpch");
    fs::create_dir_all(folder.0.join("queries")).unwrap();
    for entry in fs::read_dir(workload.join("queries")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !["02", "17", "20"].contains(&stem.as_str()) {
            fs::copy(&path, folder.0.join("queries").join(format!("{stem}.sql"))).unwrap();
        }
    }
    let read = |name: &str| fs::read_to_string(workload.join(name)).unwrap();
    let schema = folder.0.join("schema.sql");
    fs::write(&schema, read("schema.sql") + &read("primary_keys.sql")).unwrap();
    let path = |path: PathBuf| path.to_string_lossy().into_owned();
    let queries = path(folder.0.join("queries"));
    let statistics = path(root().join("testdata/tune/tpch.stats.json"));
    let words = [
        "tune",
        &path(schema),
        "--workload",
        &queries,
        "--stats",
        &statistics,
        "--pg",
        "15",
        "--budget",
        "250MB",
        "--kinds",
        "btree",
        "--sizes",
        "hypopg",
        "--format",
        "json",
    ];
    let document = json(&words.map(str::to_owned));
    let total = |key: &str| document["total"][key].as_f64().unwrap();
    let share = total("after") / total("before");
    assert!(share <= 0.846, "{share}");
    assert!(document["explains"].as_u64().unwrap() < 4000);
}
