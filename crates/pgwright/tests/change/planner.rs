//! Who plans: the binary, or whatever a test of the judge puts in its place.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::case::Case;
use crate::database::Databases;

/// The files of a plan, as they were written.
pub struct Plan {
    pub folder: PathBuf,
    pub json: Value,
}

/// Where a schema is read from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    Database(&'a str),
    File(&'a Path),
}

/// What makes the plan from one schema to another.
pub trait Planner {
    fn plan(&self, case: &Case, from: Source, to: Source, name: &str) -> Result<Plan, String>;
}

/// Whether the binary knows `plan` at all.
pub fn exists() -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgwright"));
    let output = command.args(["plan", "--help"]).output();
    output.is_ok_and(|output| output.status.success())
}

/// `pgwright plan`.
pub struct Binary<'a> {
    databases: &'a Databases<'a>,
}

impl<'a> Binary<'a> {
    pub fn new(databases: &'a Databases<'a>) -> Self {
        Binary { databases }
    }

    fn named(&self, source: Source) -> String {
        match source {
            Source::Database(short) => self.databases.conninfo(short),
            Source::File(path) => path.display().to_string(),
        }
    }
}

impl Planner for Binary<'_> {
    fn plan(&self, case: &Case, from: Source, to: Source, name: &str) -> Result<Plan, String> {
        let kept = std::env::var_os("PGWRIGHT_CHANGE_KEEP").map(PathBuf::from);
        let folder = kept.as_ref().unwrap_or(&self.databases.folder);
        let folder = folder.join(&case.name).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.parent().unwrap()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgwright"));
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("PG") {
                command.env_remove(variable);
            }
        }
        command
            .arg("plan")
            .args([self.named(from), self.named(to)])
            .arg("-o")
            .arg(&folder)
            .arg("--no-proof")
            .args(&case.arguments);
        if matches!((from, to), (Source::File(_), Source::File(_))) {
            let major = self.databases.sandbox().major();
            command.args(["--pg", &major.to_string()]);
        }
        let output = command.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}\n{}", output.status, said.trim()));
        }
        Plan::read(folder)
    }
}

impl Plan {
    /// Reads what a planner has written.
    pub fn read(folder: PathBuf) -> Result<Plan, String> {
        let text = fs::read_to_string(folder.join("plan.json"))
            .map_err(|error| format!("plan.json: {error}"))?;
        let json = serde_json::from_str(&text).map_err(|error| format!("plan.json: {error}"))?;
        Ok(Plan { folder, json })
    }

    /// A script of the plan, where there is one.
    pub fn script(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.join(name)).filter(|path| path.is_file())
    }

    /// A script's statements: the text without its comments.
    pub fn statements(&self, name: &str) -> String {
        let text = self.script(name).map(fs::read_to_string);
        let text = text.transpose().unwrap().unwrap_or_default();
        let lines = text.lines().map(str::trim_end);
        let lines: Vec<&str> = lines
            .filter(|line| !line.is_empty() && !line.starts_with("--"))
            .collect();
        lines.join("\n")
    }

    /// Whether two plans have the same statements.
    pub fn is_like(&self, other: &Plan) -> bool {
        ["up.sql", "down.sql", "contract.sql"]
            .iter()
            .all(|script| self.statements(script) == other.statements(script))
    }

    /// The steps up, shown; none when there is nothing to do.
    pub fn steps_up(&self) -> Result<Vec<String>, String> {
        let steps = self.json.get("up").and_then(Value::as_array);
        let steps = steps.ok_or("plan.json has no list `up`")?;
        Ok(steps.iter().map(Value::to_string).collect())
    }

    /// Everything that the plan asks or calls a hazard, wherever it says so.
    pub fn questions(&self) -> String {
        let mut found = Vec::new();
        questions(&self.json, &mut found);
        found.join("\n")
    }
}

fn questions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| questions(value, found)),
        Value::Object(members) => {
            for (name, value) in members {
                match name.as_str() {
                    "questions" | "question" | "hazards" | "hazard" => {
                        texts(value, found);
                    }
                    _ => questions(value, found),
                }
            }
        }
        _ => {}
    }
}

/// The texts below a value, unquoted.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}
