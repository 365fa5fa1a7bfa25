//! `pgwright verify DIR`: proves a package again.

use std::path::Path;

use pgwright_brief::model::Brief;
use pgwright_catalog::Catalog;
use pgwright_report::Proof;

use crate::cli::Verify;
use crate::exit::Failure;
use crate::package::{self, Files};
use crate::proof;
use crate::source::{Reading, read_texts};
use crate::terminal::{Terminal, output};

use super::design::{as_of_version, designed, read_brief, wanted};

/// Runs the command.
pub fn run(arguments: &Verify, terminal: &Terminal) -> Result<(), Failure> {
    let folder = &arguments.package;
    let files = Files::read(folder)
        .map_err(|error| Failure::Usage(format!("reading {}: {error}", folder.display())))?;
    let Some(text) = files.get(package::BRIEF) else {
        return Err(Failure::Usage(format!(
            "{} is no package: it has no {}\nhint: pgwright design BRIEF -o DIR makes one",
            folder.display(),
            package::BRIEF
        )));
    };
    // The design is made again from the package's own brief: a schema file that somebody changed
    // by hand no longer is what was designed.
    let brief = read_brief(&folder.join(package::BRIEF), text, terminal)?;
    let existing = existing(&files, &brief, terminal)?;
    let path = folder.join(package::BRIEF);
    let (brief, design) = designed(&path, text, brief, existing.as_ref(), terminal)?;
    let servers = proof::servers(&arguments.servers)?;
    if servers.is_empty() {
        return Err(Failure::NoServer(
            "no PostgreSQL server found\nhint: pgwright postgres install 18".to_owned(),
        ));
    }
    let subject = proof::Subject {
        files: &files,
        catalog: wanted(&design),
        minimum_version: brief.minimum_version,
    };
    let proof = proof::prove(subject, &servers, terminal)?;
    if arguments.write {
        write(folder, &proof)?;
    }
    for line in proof::summary(&proof) {
        output(&format!("{line}\n"))?;
    }
    if proof.proven {
        output("proven\n")
    } else {
        Err(Failure::NotProven(
            proof
                .reason
                .unwrap_or_else(|| "the proof failed".to_owned()),
        ))
    }
}

/// The schema that the package's migration leads from, where there is one.
fn existing(files: &Files, brief: &Brief, terminal: &Terminal) -> Result<Option<Catalog>, Failure> {
    let texts: Vec<(String, String)> = files
        .under(package::EXISTING)
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
    if texts.is_empty() {
        return Ok(None);
    }
    let reading = Reading {
        target: Some(brief.minimum_version),
        ..Reading::default()
    };
    let catalog = read_texts(&texts, reading, terminal)?.catalog;
    Ok(Some(as_of_version(catalog, brief.minimum_version)))
}

fn write(folder: &Path, proof: &Proof) -> Result<(), Failure> {
    let path = folder.join("proof.json");
    let mut value = serde_json::to_value(proof).unwrap_or_default();
    // What the access patterns cost was not asked again.
    let earlier = std::fs::read_to_string(&path).unwrap_or_default();
    let earlier: serde_json::Value = serde_json::from_str(&earlier).unwrap_or_default();
    if let (Some(object), Some(plans)) = (value.as_object_mut(), earlier.get("plans")) {
        object.insert("plans".to_owned(), plans.clone());
    }
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    std::fs::write(&path, format!("{text}\n"))
        .map_err(|error| Failure::Usage(format!("writing {}: {error}", path.display())))
}
