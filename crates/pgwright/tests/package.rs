//! The main job end to end: briefs in, proven packages out, through the binary alone.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn pgwright(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pgwright"))
        .args(arguments)
        .output()
        .unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn example(name: &str) -> String {
    root()
        .join("examples")
        .join(name)
        .to_str()
        .unwrap()
        .to_owned()
}

fn examples() -> Vec<String> {
    let mut found: Vec<String> = fs::read_dir(root().join("examples"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    found.sort();
    found
}

/// A folder of the test's own, empty, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("pgwright-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn all_files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// True when a server is there; the tests that need one say so and pass without it.
fn has_server() -> bool {
    let found = pgwright(&["postgres", "list"]).status.success();
    if !found {
        eprintln!("skipped: no PostgreSQL server found (scripts/setup installs one)");
    }
    found
}

#[test]
fn every_example_is_proven_on_every_server_found() {
    if !has_server() {
        return;
    }
    let scratch = Scratch::new("examples");
    assert!(examples().len() >= 4, "{:?}", examples());
    for name in examples() {
        let folder = scratch.path(&name);
        let output = pgwright(&["design", &example(&name), "-o", &folder]);
        assert!(output.status.success(), "{name}:\n{}", text(&output));
        let proof: serde_json::Value =
            serde_json::from_slice(&fs::read(format!("{folder}/proof.json")).unwrap()).unwrap();
        assert_eq!(proof["proven"], true, "{name}");
        for server in proof["servers"].as_array().unwrap() {
            let tests = server["tests"].as_array().unwrap();
            assert!(tests.len() > 10, "{name}: only {} rule tests", tests.len());
            assert!(tests.iter().all(|t| t["passed"] == true), "{name}");
        }
    }
}

#[test]
fn a_package_proves_again_and_a_changed_one_does_not() {
    if !has_server() {
        return;
    }
    let scratch = Scratch::new("verify");
    let folder = scratch.path("package");
    let made = pgwright(&[
        "design",
        &example("inventory.yaml"),
        "-o",
        &folder,
        "--no-proof",
    ]);
    assert!(made.status.success(), "{}", text(&made));
    let first = pgwright(&["verify", &folder]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first));

    // A check constraint taken out by hand: the database is no longer what was designed.
    let tables = format!("{folder}/schema/03_tables.sql");
    let sql = fs::read_to_string(&tables).unwrap();
    let line = sql
        .lines()
        .find(|l| l.contains("CHECK (") && l.trim_end().ends_with(','))
        .expect("a table with a check constraint that is not its last line")
        .to_owned();
    fs::write(&tables, sql.replacen(&format!("{line}\n"), "", 1)).unwrap();
    let second = pgwright(&["verify", &folder]);
    assert_eq!(second.status.code(), Some(1), "{}", text(&second));
    let name = line.split_whitespace().nth(1).unwrap();
    assert!(
        text(&second).contains(name),
        "{name} is not named in:\n{}",
        text(&second)
    );
}

#[test]
fn the_same_brief_gives_the_same_bytes() {
    let scratch = Scratch::new("same");
    for name in examples() {
        let (one, two) = (
            scratch.path(&format!("{name}1")),
            scratch.path(&format!("{name}2")),
        );
        for folder in [&one, &two] {
            let output = pgwright(&["design", &example(&name), "-o", folder, "--no-proof"]);
            assert!(output.status.success(), "{}", text(&output));
        }
        assert_eq!(
            all_files(Path::new(&one)),
            all_files(Path::new(&two)),
            "{name}"
        );
    }
}

#[test]
fn the_design_document_and_the_tests_hold_every_rule_in_the_authors_words() {
    let scratch = Scratch::new("rules");
    for name in examples() {
        let folder = scratch.path(&name);
        let output = pgwright(&["design", &example(&name), "-o", &folder, "--no-proof"]);
        assert!(output.status.success(), "{}", text(&output));
        let design: serde_json::Value =
            serde_json::from_slice(&fs::read(format!("{folder}/design.json")).unwrap()).unwrap();
        let document = words(&fs::read_to_string(format!("{folder}/README.md")).unwrap());
        let tested: Vec<&str> = ["tests", "concurrent_tests"]
            .iter()
            .flat_map(|key| design[key].as_array().unwrap())
            .map(|t| t["rule"].as_str().unwrap())
            .collect();
        for entity in design["brief"]["entities"].as_array().unwrap() {
            for rule in entity["rules"].as_array().unwrap() {
                let (id, says) = (
                    rule["name"].as_str().unwrap(),
                    rule["says"].as_str().unwrap(),
                );
                assert!(
                    document.contains(&words(says)),
                    "{name}: not in README.md: {says}"
                );
                assert!(tested.contains(&id), "{name}: no test for {id}: {says}");
            }
        }
        for kept in design["rules"].as_array().unwrap() {
            let says = kept["says"].as_str().unwrap();
            assert!(
                document.contains(&words(says)),
                "{name}: not in README.md: {says}"
            );
        }
    }
}

/// Words only: Markdown may wrap and escape a sentence.
fn words(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_wrong_brief_gets_every_error_at_once_and_nothing_is_written() {
    let scratch = Scratch::new("wrong");
    let brief = scratch.path("wrong.yaml");
    fs::write(
        &brief,
        "brief: shop\ntitle: Shop\npostgresql: 15\nas_of: 2026-01-01\nentities:\n  customer:\n    \
         has:\n      name: name\n      email: emial\n  order:\n    has:\n      customer: custmer\n      \
         total: money\n    rules:\n      - total > > 0\n      - totl >= 0\naccess:\n  - find customer by \
         nmae\n",
    )
    .unwrap();
    let folder = scratch.path("out");
    let output = pgwright(&["design", &brief, "-o", &folder]);
    assert_eq!(output.status.code(), Some(2));
    let shown = text(&output);
    for part in ["email", "customer", "total", "name"] {
        assert!(shown.contains(part), "no hint at `{part}` in:\n{shown}");
    }
    for place in [
        "wrong.yaml:9:",
        "wrong.yaml:12:",
        "wrong.yaml:15:",
        "wrong.yaml:16:",
        "wrong.yaml:18:",
    ] {
        assert!(shown.contains(place), "no error at {place} in:\n{shown}");
    }
    assert!(!Path::new(&folder).exists());
}

#[test]
fn a_folder_with_something_in_it_is_refused_and_force_keeps_what_is_not_ours() {
    let scratch = Scratch::new("force");
    let folder = scratch.path("out");
    fs::create_dir(&folder).unwrap();
    fs::write(format!("{folder}/mine.txt"), "mine").unwrap();
    let arguments = [
        "design",
        &example("clinic.yaml"),
        "-o",
        &folder,
        "--no-proof",
    ];
    let refused = pgwright(&arguments);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    assert!(text(&refused).contains("--force"));
    assert_eq!(all_files(Path::new(&folder)).len(), 1);
    let forced = pgwright(&[&arguments[..], &["--force"]].concat());
    assert!(forced.status.success(), "{}", text(&forced));
    assert_eq!(
        fs::read_to_string(format!("{folder}/mine.txt")).unwrap(),
        "mine"
    );
}

#[test]
fn without_a_server_the_package_says_that_nothing_was_proven() {
    let scratch = Scratch::new("unproven");
    let folder = scratch.path("out");
    let empty = scratch.path("no-servers");
    let output = Command::new(env!("CARGO_BIN_EXE_pgwright"))
        .args([
            "design",
            &example("clinic.yaml"),
            "-o",
            &folder,
            "--no-proof",
        ])
        .env("PGWRIGHT_HOME", &empty)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output));
    assert!(
        text(&output).contains("NOTHING WAS PROVEN"),
        "{}",
        text(&output)
    );
    let proof = fs::read_to_string(format!("{folder}/proof.json")).unwrap();
    assert!(proof.contains("\"proven\": false"), "{proof}");
}

#[test]
fn every_layout_of_migrations_proves() {
    if !has_server() {
        return;
    }
    let scratch = Scratch::new("layouts");
    for layout in [
        "plain",
        "sqlx",
        "flyway",
        "dbmate",
        "golang-migrate",
        "goose",
        "sqitch",
    ] {
        let folder = scratch.path(layout);
        let newest = newest_server();
        let arguments = [
            "design",
            &example("inventory.yaml"),
            "-o",
            &folder,
            "--layout",
            layout,
            "--pg",
            &newest,
        ];
        let output = pgwright(&arguments);
        assert!(output.status.success(), "{layout}:\n{}", text(&output));
    }
}

fn newest_server() -> String {
    let listed = String::from_utf8(pgwright(&["postgres", "list"]).stdout).unwrap();
    let version = listed.split_whitespace().nth(1).unwrap();
    version.split('.').next().unwrap().to_owned()
}

#[test]
fn what_the_application_has_already_is_neither_made_nor_dropped() {
    let Ok(servers) = pgwright_server::discover(None) else {
        return;
    };
    let Some(newest) = servers.iter().find(|s| s.major >= 15) else {
        eprintln!("skipped: no PostgreSQL server found (scripts/setup installs one)");
        return;
    };
    let scratch = Scratch::new("existing");
    let folder = scratch.path("out");
    let made = pgwright(&[
        "design",
        &example("inventory.yaml"),
        "-o",
        &folder,
        "--no-proof",
    ]);
    assert!(made.status.success(), "{}", text(&made));
    let script =
        |name: &str| fs::read_to_string(format!("{folder}/migrations/{name}.sql")).unwrap();
    let sandbox =
        pgwright_server::Sandbox::start(newest, &pgwright_server::Options::default()).unwrap();
    sandbox.create_database("shop").unwrap();
    let mut client = sandbox.connect("shop").unwrap();
    client
        .batch_execute(
            "CREATE SCHEMA shop;
             COMMENT ON SCHEMA shop IS 'The shop';
             CREATE TABLE shop.users (
                 id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                 email text NOT NULL, full_name text NOT NULL, password_hash text
             );
             CREATE TABLE shop.products (
                 product_uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
                 sku text NOT NULL, title text NOT NULL
             );
             INSERT INTO shop.users (email, full_name) VALUES ('a@example.com', 'A');
             INSERT INTO shop.products (sku, title) VALUES ('S-1', 'One');",
        )
        .unwrap();
    client.batch_execute(&script("up")).unwrap();
    client.batch_execute(&script("down")).unwrap();
    let row = client
        .query_one(
            "SELECT (SELECT count(*) FROM shop.users), (SELECT count(*) FROM shop.products),
                    obj_description('shop'::regnamespace, 'pg_namespace'),
                    (SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace
                        AND c.relacl::text LIKE '%inventory%')",
            &[],
        )
        .unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1, 1));
    assert_eq!(row.get::<_, &str>(2), "The shop");
    assert_eq!(row.get::<_, i64>(3), 0, "privileges are left behind");
}
