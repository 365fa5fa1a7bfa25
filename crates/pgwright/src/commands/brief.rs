//! `pgwright brief FILE|-`: English requirements in, a brief out, with what was not understood.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pgwright_brief::english::{Translation, translate};

use super::design::read_text;
use crate::exit::Failure;
use crate::terminal::{Terminal, output};

/// Version of the JSON form; raised when a field changes its meaning.
const JSON_FORMAT: u32 = 1;

#[derive(Debug, Args)]
pub struct Brief {
    /// Requirements in English, as plain text or Markdown; `-` reads standard input.
    pub file: PathBuf,

    /// The brief as YAML, or as JSON with the passage and the confidence of every part.
    #[arg(long, value_enum, default_value_t = BriefFormat::Yaml)]
    pub format: BriefFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BriefFormat {
    Yaml,
    Json,
}

/// Runs the command.
pub fn run(arguments: &Brief, terminal: &Terminal) -> Result<(), Failure> {
    let text = read_text(&arguments.file)?;
    let translation = terminal.phase("reading the requirements", || {
        translate(&text, &system_name(&arguments.file))
    });
    tell(&translation, &arguments.file, terminal);
    match arguments.format {
        BriefFormat::Yaml => output(&translation.yaml),
        BriefFormat::Json => {
            let document = serde_json::json!({
                "format": JSON_FORMAT,
                "brief": translation.yaml,
                "elements": translation.elements,
                "not_understood": translation.not_understood,
                "existing": translation.existing,
            });
            let text = serde_json::to_string_pretty(&document)
                .map_err(|error| Failure::Usage(error.to_string()))?;
            output(&format!("{text}\n"))
        }
    }?;
    if translation.entities == 0 {
        return Err(Failure::Usage(format!(
            "{}: nothing was found that a database could keep facts about\nhint: say what there is and what \
             it has: `A customer has a name and an email. A customer places many orders.`",
            shown(&arguments.file)
        )));
    }
    Ok(())
}

/// Shows what was not understood, each with its place.
fn tell(translation: &Translation, file: &Path, terminal: &Terminal) {
    let file = shown(file);
    for passage in &translation.not_understood {
        terminal.say(format_args!(
            "{file}:{}:{}: not understood: {}",
            passage.at.line, passage.at.column, passage.text
        ));
    }
    if let Some(passage) = &translation.existing {
        terminal.say(format_args!(
            "note: {file}:{}:{}: this speaks of a database that is there already: {}\nhint: what is there can be \
             looked at with `pgwright inspect` and its queries with `pgwright explain SOURCE --query …`; this \
             brief holds only what the text itself says",
            passage.at.line, passage.at.column, passage.text
        ));
    }
}

fn shown(file: &Path) -> String {
    if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    }
}

/// What the system is called: the name of the file.
fn system_name(file: &Path) -> String {
    let stem = file.file_stem().and_then(|s| s.to_str()).unwrap_or("");
    let known = stem.chars().any(char::is_alphabetic);
    if known {
        stem.to_owned()
    } else {
        "system".to_owned()
    }
}

/// Whether a brief of that name is English.
pub fn is_english(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    ["md", "markdown", "txt"]
        .iter()
        .any(|e| extension.eq_ignore_ascii_case(e))
}

/// The text of a brief as YAML: read as it is, or translated from English, which is said on the terminal.
pub fn read_requirements(path: &Path, terminal: &Terminal) -> Result<String, Failure> {
    let text = read_text(path)?;
    if !is_english(path) {
        return Ok(text);
    }
    let translation = terminal.phase("reading the requirements", || {
        translate(&text, &system_name(path))
    });
    tell(&translation, path, terminal);
    if translation.entities == 0 {
        return Err(Failure::Usage(format!(
            "{}: nothing was found that a database could keep facts about",
            path.display()
        )));
    }
    Ok(translation.yaml)
}
