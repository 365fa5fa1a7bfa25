//! Loading SQL with psql, as users do, into a database of the sandbox.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pgwright_catalog::{Catalog, Name};
use pgwright_server::{ReadOptions, Sandbox, read_catalog};

/// The role that loads: a superuser that owns nothing by name in any schema, so that the owners that a
/// text chooses are told from those nobody chose.
pub const LOADER: &str = "schema_loader";

/// Makes the loading role.
pub fn prepare(sandbox: &Sandbox) {
    let mut client = sandbox.connect("postgres").unwrap();
    client
        .batch_execute(&format!("CREATE ROLE {LOADER} SUPERUSER LOGIN"))
        .unwrap();
}

/// A program of PostgreSQL's client side: of the packages that the set-up installs, else of the path.
pub fn program(sandbox: &Sandbox, name: &str) -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../.setup/bin")
        .join(format!("{name}-18"));
    let beside = sandbox.installation().program(name);
    [tools, beside]
        .into_iter()
        .find(|path| path.is_file())
        .unwrap_or_else(|| PathBuf::from(name))
}

/// A command of PostgreSQL's client side on a database of the sandbox, as the loading role.
pub fn command(sandbox: &Sandbox, name: &str, database: &str) -> Command {
    let mut command = Command::new(program(sandbox, name));
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("PG") {
            command.env_remove(variable);
        }
    }
    let conninfo = sandbox
        .conninfo(database)
        .replace("user=postgres", &format!("user={LOADER}"));
    command
        .env("LC_ALL", "C")
        .env("PGCLIENTENCODING", "UTF8")
        .env("PGOPTIONS", "-c client_min_messages=warning")
        .arg("-d")
        .arg(conninfo);
    command
}

/// Makes an empty database that the loading role owns.
pub fn database(sandbox: &Sandbox, name: &str) {
    let mut client = sandbox.connect("postgres").unwrap();
    let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    client
        .batch_execute(&format!("CREATE DATABASE {name} OWNER {LOADER}"))
        .unwrap();
}

/// Runs a file with psql and answers the errors.
pub fn psql(sandbox: &Sandbox, database: &str, path: &Path, stop: bool) -> Vec<String> {
    let output = command(sandbox, "psql", database)
        .args([
            "-X",
            "-q",
            "-v",
            if stop {
                "ON_ERROR_STOP=1"
            } else {
                "ON_ERROR_STOP=0"
            },
        ])
        .arg("-f")
        .arg(path)
        .current_dir(path.parent().unwrap())
        .output()
        .expect("psql is on the path");
    errors(&output)
}

fn errors(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines = text.lines();
    let mut errors: Vec<String> = lines
        .filter(|line| {
            line.contains("ERROR:") || line.contains("FATAL:") || line.contains("error:")
        })
        .map(|line| line.trim_start_matches("psql:").to_owned())
        .collect();
    if errors.is_empty() && !output.status.success() {
        errors.push(format!("psql: {} {text}", output.status));
    }
    errors
}

/// Loads a text as published, after making the roles that it names and does not make: a first attempt
/// tells which.
pub fn load(sandbox: &Sandbox, name: &str, path: &Path) -> Vec<String> {
    for _ in 0..5 {
        database(sandbox, name);
        let errors = psql(sandbox, name, path, false);
        let missing: Vec<&str> = errors
            .iter()
            .filter_map(|error| missing_role(error))
            .collect();
        if missing.is_empty() {
            return errors;
        }
        let mut client = sandbox.connect("postgres").unwrap();
        for role in missing {
            let _ = client.batch_execute(&format!("CREATE ROLE \"{}\"", role.replace('"', "\"\"")));
        }
    }
    vec!["the roles that the text names cannot be made".to_owned()]
}

fn missing_role(error: &str) -> Option<&str> {
    error
        .split_once("role \"")?
        .1
        .strip_suffix("\" does not exist")
}

/// Reads a database; what nobody gave an owner has none.
pub fn read(sandbox: &Sandbox, database: &str) -> Result<(Catalog, Vec<String>), String> {
    let mut client = sandbox
        .connect(database)
        .map_err(|error| error.to_string())?;
    let options = ReadOptions {
        implied_owner: Some(Name::new(LOADER)),
        ..ReadOptions::default()
    };
    let reading = read_catalog(&mut client, &options).map_err(|error| error.to_string())?;
    let warnings = reading.warnings.iter().map(ToString::to_string).collect();
    Ok((reading.catalog, warnings))
}
