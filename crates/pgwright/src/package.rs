//! The design package: its files, and how they are written without losing anybody's work.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pgwright_brief::model::Brief;
use pgwright_design::Design;
use pgwright_migrate::{Layout, MigrationName, Plan, migration_files, schema_files};
use pgwright_report::{Subject, rule_tests};
use pgwright_server::postgres::Client;

use crate::proof::{Direction, script};

/// The file that says which files are the package's own.
const MANIFEST: &str = "design.json";
/// The brief, as it was read: `verify` designs it again.
pub const BRIEF: &str = "brief.yaml";

/// The folder of the schema that was there before.
pub const EXISTING: &str = "existing/";

/// Files of a package by path, `/` between folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    files: BTreeMap<String, String>,
}

impl Files {
    /// Files below a folder, in order.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(folder))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Adds a file, or replaces it.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }

    /// Adds the schema that a package's migration leads from, as files that a proof loads first.
    pub fn insert_existing(&mut self, plan: &Plan) {
        for (name, text) in schema_files(plan) {
            self.insert(format!("{EXISTING}{name}"), text);
        }
    }

    /// Paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Runs the package's migrations, whatever tool they are laid out for.
    pub fn migrate(&self, client: &mut Client, direction: Direction) -> Result<(), String> {
        let migrations: BTreeMap<String, String> = self
            .under("migrations/")
            .map(|(path, text)| (path["migrations/".len()..].to_owned(), text.to_owned()))
            .collect();
        let scripts = crate::migrations::read(&migrations).ok_or_else(|| {
            "migrations/ holds no migration of a layout that pgwright knows".to_owned()
        })?;
        let scripts = match direction {
            Direction::Up => scripts.up,
            Direction::Down => scripts.down,
        };
        scripts
            .iter()
            .try_for_each(|s| script(client, &format!("migrations/{}", s.path), &s.to_run()))
    }

    /// Everything that is in the folder of a package.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut files = Self::default();
        let mut pending = vec![folder.to_owned()];
        while let Some(directory) = pending.pop() {
            for entry in fs::read_dir(&directory)? {
                let path = entry?.path();
                if path.is_dir() {
                    pending.push(path);
                } else if let Ok(text) = fs::read_to_string(&path)
                    && let Ok(relative) = path.strip_prefix(folder)
                {
                    let parts: Vec<String> = relative
                        .components()
                        .map(|c| c.as_os_str().to_string_lossy().into_owned())
                        .collect();
                    files.insert(parts.join("/"), text);
                }
            }
        }
        Ok(files)
    }
}

/// The files that can be made before anything is proven: what the proof runs.
pub fn executable_files(
    brief_text: &str,
    brief: &Brief,
    design: &Design,
    plan: &Plan,
    layout: Layout,
) -> Files {
    let mut files = Files::default();
    files.insert(BRIEF, brief_text);
    for (name, text) in schema_files(plan) {
        files.insert(format!("schema/{name}"), text);
    }
    let date = brief.as_of;
    // The brief's own date: a version must not depend on when the package was made.
    let version = u64::from(date.year.unsigned_abs()) * 10_000_000_000
        + u64::from(date.month) * 100_000_000
        + u64::from(date.day) * 1_000_000;
    let name = MigrationName {
        project: brief.system.clone(),
        planned_at: format!(
            "{:04}-{:02}-{:02}T00:00:00Z",
            date.year, date.month, date.day
        ),
        ..MigrationName::new(version, format!("create_{}", brief.system))
    };
    for (path, text) in migration_files(plan, layout, &name) {
        files.insert(format!("migrations/{path}"), text);
    }
    files.insert(
        format!("tests/{}", rule_tests::ASSERTIONS_FILE),
        rule_tests::ASSERTIONS,
    );
    for (index, test) in design.tests.iter().enumerate() {
        let name = rule_tests::file_name(index + 1, &test.rule);
        files.insert(format!("tests/{name}"), rule_tests::script(test));
    }
    for (index, test) in design.concurrent_tests.iter().enumerate() {
        let name = rule_tests::file_name(index + 1, &test.rule);
        files.insert(
            format!("tests/concurrent/{name}"),
            rule_tests::concurrent_script(test),
        );
    }
    files
}

/// Adds the documents, which tell of the proof.
pub fn add_documents(files: &mut Files, subject: &Subject<'_>) {
    for (name, text) in pgwright_report::render(subject) {
        files.insert(name, text);
    }
    let proof = serde_json::to_string_pretty(subject.proof).unwrap_or_default();
    files.insert("proof.json", format!("{proof}\n"));
    let mut paths: Vec<String> = files.paths().map(str::to_owned).collect();
    if !paths.iter().any(|p| p == MANIFEST) {
        paths.push(MANIFEST.to_owned());
        paths.sort();
    }
    let listed = with_manifest(files.get(MANIFEST).unwrap_or("{}"), &paths);
    files.insert(MANIFEST, listed);
}

/// design.json with the list of the package's own files.
fn with_manifest(json: &str, paths: &[String]) -> String {
    let mut value: serde_json::Value =
        serde_json::from_str(json).unwrap_or_else(|_| serde_json::json!({}));
    if let Some(object) = value.as_object_mut() {
        object.insert("files".to_owned(), serde_json::json!(paths));
    }
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    format!("{text}\n")
}

/// Why a folder cannot be delivered into.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// Something is there already.
    #[error(
        "{} is not empty\nhint: choose another directory, or add --force to replace the package in it \
         (files that are not the package's are kept)", .0.display()
    )]
    NotEmpty(PathBuf),
    /// It is a file.
    #[error("{} is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// The system refused.
    #[error("{action} {}: {source}", .path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Checks that a folder may be delivered into, before any work is done.
pub fn check_folder(folder: &Path, force: bool) -> Result<(), DeliverError> {
    if !folder.exists() {
        return Ok(());
    }
    if !folder.is_dir() {
        return Err(DeliverError::NotADirectory(folder.to_owned()));
    }
    let mut entries = fs::read_dir(folder).map_err(|source| DeliverError::Io {
        action: "reading",
        path: folder.to_owned(),
        source,
    })?;
    if entries.next().is_some() && !force {
        return Err(DeliverError::NotEmpty(folder.to_owned()));
    }
    Ok(())
}

/// Writes a package. Files of an earlier package that are not part of this one are removed; all
/// other files stay.
pub fn deliver(folder: &Path, files: &Files) -> Result<(), DeliverError> {
    let earlier = earlier_files(folder);
    for path in earlier.iter().filter(|path| files.get(path).is_none()) {
        let target = folder.join(path);
        if target.is_file() {
            fs::remove_file(&target).map_err(|source| DeliverError::Io {
                action: "removing",
                path: target.clone(),
                source,
            })?;
        }
        // A folder that is empty now goes too; one that is not stays, and the error with it.
        if let Some(parent) = target.parent().filter(|p| *p != folder) {
            let _ = fs::remove_dir(parent);
        }
    }
    for (path, text) in &files.files {
        let target = folder.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(|source| DeliverError::Io {
                action: "creating",
                path: parent.to_owned(),
                source,
            })?;
        }
        fs::write(&target, text).map_err(|source| DeliverError::Io {
            action: "writing",
            path: target.clone(),
            source,
        })?;
    }
    Ok(())
}

/// The files of the package that is in a folder, from its manifest; paths that lead out of the
/// folder are not believed.
fn earlier_files(folder: &Path) -> Vec<String> {
    let manifest = fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(&manifest).unwrap_or_default();
    let listed = value
        .get("files")
        .and_then(|f| f.as_array())
        .cloned()
        .unwrap_or_default();
    listed
        .iter()
        .filter_map(|path| path.as_str())
        .filter(|path| {
            let safe = |part: &str| !part.is_empty() && part != "." && part != "..";
            !path.starts_with('/') && path.split('/').all(safe)
        })
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("pgwright-package-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    fn files(names: &[&str]) -> Files {
        let mut files = Files::default();
        for name in names {
            files.insert(*name, "x\n");
        }
        let mut paths: Vec<String> = files.paths().map(str::to_owned).collect();
        paths.push(MANIFEST.to_owned());
        files.insert(MANIFEST, with_manifest("{}", &paths));
        files
    }

    #[test]
    fn a_second_delivery_removes_its_own_old_files_and_no_others() {
        let folder = scratch("second");
        deliver(&folder, &files(&["schema/01_a.sql", "tests/001_old.sql"])).unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        fs::write(folder.join("schema/mine.sql"), "mine").unwrap();
        assert!(matches!(
            check_folder(&folder, false),
            Err(DeliverError::NotEmpty(_))
        ));
        check_folder(&folder, true).unwrap();
        deliver(&folder, &files(&["schema/01_a.sql"])).unwrap();
        assert!(!folder.join("tests").exists());
        assert_eq!(
            fs::read_to_string(folder.join("notes.txt")).unwrap(),
            "mine"
        );
        assert_eq!(
            fs::read_to_string(folder.join("schema/mine.sql")).unwrap(),
            "mine"
        );
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_manifest_cannot_reach_out_of_its_folder() {
        let folder = scratch("escape");
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join(MANIFEST),
            r#"{"files": ["../escape.txt", "/etc/hosts", "a/../../b"]}"#,
        )
        .unwrap();
        assert!(earlier_files(&folder).is_empty());
        fs::remove_dir_all(&folder).unwrap();
    }
}
