//! The databases that one worker judges with, and the folder for its files.

use std::fs;
use std::path::{Path, PathBuf};

use pgwright_server::Sandbox;

use crate::load;

/// Databases and a folder that no other worker touches.
pub struct Databases<'a> {
    sandbox: &'a Sandbox,
    worker: String,
    /// For plans and scripts; removed in the end.
    pub folder: PathBuf,
}

impl<'a> Databases<'a> {
    pub fn new(sandbox: &'a Sandbox, worker: &str) -> Self {
        let folder = format!("pgwright-change-{}-{worker}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        fs::create_dir_all(&folder).unwrap();
        Databases {
            sandbox,
            worker: worker.to_owned(),
            folder,
        }
    }

    pub fn sandbox(&self) -> &Sandbox {
        self.sandbox
    }

    /// The full name of a database of this worker.
    pub fn name(&self, short: &str) -> String {
        format!("{short}_{}", self.worker)
    }

    /// How the loading role connects.
    pub fn conninfo(&self, short: &str) -> String {
        self.sandbox
            .conninfo(&self.name(short))
            .replace("user=postgres", &format!("user={}", load::LOADER))
    }

    /// Makes a database anew and loads a file into it.
    pub fn load(&self, short: &str, file: &Path) -> Result<(), String> {
        load::database(self.sandbox, &self.name(short));
        self.run(short, file)
    }

    /// Makes a database anew as another one is, with all its rows.
    pub fn copy(&self, short: &str, of: &str) {
        let (name, of) = (self.name(short), self.name(of));
        let mut client = self.sandbox.connect("postgres").unwrap();
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        client.batch_execute(&drop).unwrap();
        let copy = format!(
            "CREATE DATABASE {name} TEMPLATE {of} OWNER {}",
            load::LOADER
        );
        client.batch_execute(&copy).unwrap();
    }

    /// Runs a file as a user would, with psql that stops at the first error.
    pub fn run(&self, short: &str, file: &Path) -> Result<(), String> {
        let errors = load::psql(self.sandbox, &self.name(short), file, true);
        match errors.is_empty() {
            true => Ok(()),
            false => Err(errors.join("\n")),
        }
    }

    /// What psql prints of a file's queries, without keeping what they change.
    pub fn ask(&self, short: &str, file: &Path) -> Result<String, String> {
        let output = load::command(self.sandbox, "psql", &self.name(short))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
            .args(["-c", "BEGIN", "-f"])
            .arg(file)
            .args(["-c", "ROLLBACK"])
            .output()
            .map_err(|error| format!("psql: {error}"))?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

impl Drop for Databases<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
