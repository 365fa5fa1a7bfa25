//! `pgwright inspect SOURCE`: the schema that a source holds, as SQL or JSON.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, Pattern, PatternError, Selection};
use pgwright_migrate::{Arrangement, PlanOptions, plan, schema_script};
use serde::Serialize;

use crate::cli::{Filter, Inspect, InspectFormat};
use crate::exit::Failure;
use crate::source::{NEWEST, Reading, Source};
use crate::terminal::{Terminal, output};

/// Version of the JSON form; raised when a field changes its meaning. Its schema is
/// `schemas/catalog.schema.json`.
const JSON_FORMAT: u32 = 1;

/// Runs the command.
pub fn run(arguments: &Inspect, terminal: &Terminal) -> Result<(), Failure> {
    let reading = Reading {
        via_server: arguments.via_server,
        target: arguments.pg,
        pg_bin: arguments.pg_bin.as_deref(),
        ..Reading::default()
    };
    let read = Source::parse(&arguments.source)?.read(reading, terminal)?;
    let catalog = chosen(read.catalog, &arguments.filter, terminal)?;
    match arguments.format {
        InspectFormat::Json => output(&json(catalog)?)?,
        InspectFormat::Sql => output(&sql(&catalog, arguments.pg.unwrap_or(NEWEST))?)?,
    }
    match read.errors {
        0 => Ok(()),
        1 => Err(Failure::Usage("one statement was not read".to_owned())),
        n => Err(Failure::Usage(format!("{n} statements were not read"))),
    }
}

/// The part that the filters choose.
fn chosen(catalog: Catalog, filter: &Filter, terminal: &Terminal) -> Result<Catalog, Failure> {
    let mut wrong = Vec::new();
    let mut patterns = |texts: &[String]| -> Vec<Pattern> {
        texts
            .iter()
            .filter_map(|text| text.parse().map_err(|e: PatternError| wrong.push(e)).ok())
            .collect()
    };
    let selection = Selection {
        schemas: patterns(&filter.schemas),
        tables: patterns(&filter.tables),
        exclude: patterns(&filter.exclude),
    };
    if !wrong.is_empty() {
        let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        return Err(Failure::Usage(wrong.join("\n")));
    }
    if selection.is_everything() {
        return Ok(catalog);
    }
    let selected = catalog.select(&selection);
    for pattern in &selected.unmatched {
        terminal.say(format_args!("warning: nothing matches `{pattern}`"));
    }
    for object in &selected.missing {
        terminal.say(format_args!(
            "warning: what is shown needs {object}, which was not chosen"
        ));
    }
    Ok(selected.catalog)
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Document {
    format: u32,
    catalog: Catalog,
}

fn json(catalog: Catalog) -> Result<String, Failure> {
    let document = Document {
        format: JSON_FORMAT,
        catalog: Catalog {
            // Hints of a reading, not the schema.
            dependencies: BTreeMap::new(),
            stand_ins: BTreeSet::new(),
            ..catalog
        },
    };
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::Usage(error.to_string()))
}

/// A schema as SQL, object by object.
pub fn sql(catalog: &Catalog, target: u32) -> Result<String, Failure> {
    let options = PlanOptions {
        // The bodies of a schema that exists were taken by the server that has it.
        check_bodies: false,
        arrangement: Arrangement::ByObject,
        ..PlanOptions::new(target)
    };
    let plan = plan(&Catalog::empty(), catalog, &options)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(schema_script(&plan))
}
