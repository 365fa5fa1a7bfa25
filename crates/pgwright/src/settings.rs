//! `pgwright.toml`: the nearest one, walking up from the working directory.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::exit::Failure;

/// What a settings file may hold.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    /// About `pgwright review`.
    pub review: pgwright_review::Settings,
}

/// Reads a settings file: the one that is named, else the nearest.
pub fn read(named: Option<&Path>) -> Result<File, Failure> {
    let Some(path) = named.map(Path::to_owned).or_else(nearest) else {
        return Ok(File::default());
    };
    let text = crate::commands::design::read_text(&path)?;
    let file: File = toml::from_str(&text).map_err(|error| {
        // The message shows the line; the place stands before it as in every other error.
        let offset = error.span().map_or(0, |span| span.start);
        let before = text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[start..].chars().count() + 1;
        let message = error.message();
        Failure::Usage(format!("{}:{line}:{column}: {message}", path.display()))
    })?;
    let problems = file.review.problems(pgwright_review::rules());
    if problems.is_empty() {
        return Ok(file);
    }
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}: {problem}", path.display()))
        .collect();
    Err(Failure::Usage(
        lines.join("\n") + "\nhint: `pgwright rules` lists every rule",
    ))
}

fn nearest() -> Option<PathBuf> {
    let mut folder = std::env::current_dir().ok()?;
    loop {
        let path = folder.join("pgwright.toml");
        if path.is_file() {
            return Some(path);
        }
        if !folder.pop() {
            return None;
        }
    }
}
