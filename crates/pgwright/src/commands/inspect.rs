//! `pgwright inspect SOURCE`: the schema that a source holds, as SQL or JSON.

use std::path::Path;

use pgwright_catalog::Catalog;
use pgwright_migrate::{PlanOptions, plan, schema_files};
use pgwright_server::{ReadOptions, read_catalog};

use crate::cli::{Inspect, InspectFormat};
use crate::exit::Failure;
use crate::terminal::{Terminal, output};

use super::design::{read_brief, read_text};

/// Newest version: SQL is written for the server that is read, or for this one.
const NEWEST: u32 = 18;

/// Runs the command.
pub fn run(arguments: &Inspect, terminal: &Terminal) -> Result<(), Failure> {
    let catalog = read(&arguments.source, terminal)?;
    match arguments.format {
        InspectFormat::Json => {
            let text = serde_json::to_string_pretty(&catalog.without_dependencies())
                .map_err(|error| Failure::Usage(error.to_string()))?;
            output(&format!("{text}\n"))
        }
        InspectFormat::Sql => {
            let plan = plan(&Catalog::empty(), &catalog, &PlanOptions::new(NEWEST))
                .map_err(|error| Failure::Usage(error.to_string()))?;
            let texts: Vec<String> = schema_files(&plan)
                .into_iter()
                .map(|(_, text)| text)
                .collect();
            output(&texts.join("\n"))
        }
    }
}

/// Reads a source.
pub fn read(source: &str, terminal: &Terminal) -> Result<Catalog, Failure> {
    let path = Path::new(source);
    let is_brief = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
    if source == "empty" {
        return Ok(Catalog::empty());
    }
    if is_brief {
        let text = read_text(path)?;
        let brief = read_brief(path, &text, terminal)?;
        return Ok(pgwright_design::design(&brief).catalog);
    }
    if source.starts_with("postgres://")
        || source.starts_with("postgresql://")
        || source.contains('=')
    {
        let mut client = pgwright_server::connect(source)
            .map_err(|error| Failure::NoServer(error.to_string()))?;
        let reading = terminal
            .phase("reading the catalog", || {
                read_catalog(&mut client, &ReadOptions::default())
            })
            .map_err(|error| Failure::NoServer(error.to_string()))?;
        for warning in &reading.warnings {
            terminal.say(format_args!("warning: {warning}"));
        }
        return Ok(reading.catalog);
    }
    Err(Failure::Usage(format!(
        "`{source}` is no source that can be read\nhint: a brief (file.yaml), a server \
         (postgres://… or host=… dbname=…), or `empty`"
    )))
}
