//! `pgwright design BRIEF -o DIR`: from a brief to a proven package.

use std::fs;
use std::io::Read;
use std::path::Path;

use pgwright_brief::BriefError;
use pgwright_brief::model::Brief;
use pgwright_catalog::Catalog;
use pgwright_design::Design as Designed;
use pgwright_migrate::{Layout, PlanError, PlanOptions, plan};
use pgwright_report::{AccessPlans, Proof, Subject};

use crate::access_plans;
use crate::cli::Design;
use crate::exit::Failure;
use crate::package::{self, Files};
use crate::proof;
use crate::source::{Reading, Source};
use crate::terminal::Terminal;

/// Runs the command.
pub fn run(arguments: &Design, terminal: &Terminal) -> Result<(), Failure> {
    let layout: Layout = arguments.layout.parse().map_err(Failure::Usage)?;
    let usage = |error: package::DeliverError| Failure::Usage(error.to_string());
    package::check_folder(&arguments.output, arguments.force).map_err(usage)?;
    let text = super::brief::read_requirements(&arguments.brief, terminal)?;
    let brief = terminal.phase("reading the brief", || {
        read_brief(&arguments.brief, &text, terminal)
    })?;
    let existing = match &arguments.existing {
        Some(source) => Some(read_existing(source, &brief, terminal)?),
        None => None,
    };
    let (brief, design) = designed(&arguments.brief, &text, brief, existing.as_ref(), terminal)?;
    let options = PlanOptions::new(brief.minimum_version);
    let empty = Catalog::empty();
    let planned = |from: &Catalog, to: &Catalog| {
        plan(from, to, &options).map_err(|error| {
            let hint = match &error {
                PlanError::Write(_) if existing.is_some() => {
                    "\nhint: `postgresql:` in the brief says the oldest version; what is there needs a newer one"
                }
                _ => "",
            };
            Failure::Usage(format!("{error}{hint}"))
        })
    };
    let from = existing.as_ref().unwrap_or(&empty);
    let plan = terminal.phase("planning", || planned(from, wanted(&design)))?;
    let mut files = terminal.phase("writing SQL", || {
        package::executable_files(&text, &brief, &design, &plan, layout)
    });
    if let Some(existing) = &existing {
        files.insert_existing(&planned(&empty, existing)?);
    }
    let mut proof = match servers(arguments, terminal)? {
        Some(servers) => {
            let subject = proof::Subject {
                files: &files,
                catalog: wanted(&design),
                minimum_version: brief.minimum_version,
            };
            let mut proof = proof::prove(subject, &servers, terminal)?;
            let newest = servers.iter().map(|server| server.major).max();
            proof.plans = newest
                .filter(|major| *major >= brief.minimum_version)
                .map(|major| {
                    let pg_bin = arguments.servers.pg_bin.as_deref();
                    let priced = terminal.phase("pricing the access patterns", || {
                        access_plans::price(&brief, &design, major, pg_bin, terminal)
                    });
                    // A package is no worse for what could not be priced.
                    priced.unwrap_or_else(|failure| {
                        AccessPlans::none(match failure {
                            Failure::NoServer(text)
                            | Failure::Usage(text)
                            | Failure::NotProven(text) => text,
                            Failure::ClosedPipe => String::new(),
                        })
                    })
                });
            proof
        }
        None if arguments.no_proof => Proof::none("not asked for (--no-proof)"),
        None => Proof::none("no PostgreSQL server was found"),
    };
    if let (None, Some(reason)) = (&proof.plans, &proof.reason) {
        proof.plans = Some(AccessPlans::none(reason.clone()));
    }
    let subject = Subject {
        brief: &brief,
        design: &design,
        plan: &plan,
        proof: &proof,
    };
    terminal.phase("writing documents", || {
        package::add_documents(&mut files, &subject)
    });
    package::deliver(&arguments.output, &files).map_err(usage)?;
    summary(arguments, &design, &files, &proof, terminal)
}

/// What a database holds in the end: the design, or the schema that was there with the design in it.
pub fn wanted(design: &Designed) -> &Catalog {
    design.to_be.as_ref().unwrap_or(&design.catalog)
}

/// Designs the brief, onto the schema that is there when there is one. With the brief as it then is.
pub fn designed(
    path: &Path,
    text: &str,
    brief: Brief,
    existing: Option<&Catalog>,
    terminal: &Terminal,
) -> Result<(Brief, Designed), Failure> {
    let Some(existing) = existing else {
        let design = terminal.phase("designing", || pgwright_design::design(&brief));
        return Ok((brief, design));
    };
    let fitted = pgwright_design::as_is::fit(&brief, existing);
    let fitted = fitted.map_err(|misfits| {
        let file = path.display().to_string();
        for misfit in &misfits {
            let error = BriefError::from(misfit.clone());
            terminal.error(error.render(text, &file));
        }
        let count = misfits.len();
        let plural = if count == 1 { "" } else { "s" };
        Failure::Usage(format!(
            "{file} does not fit the existing schema in {count} point{plural}; nothing was written"
        ))
    })?;
    for found in &fitted.matches {
        terminal.say(format_args!("{} is {}", found.entity, found.table));
    }
    let design = terminal.phase("designing", || {
        pgwright_design::design_onto(&fitted, existing)
    });
    Ok((fitted.brief, design))
}

/// The schema that the design is added to.
fn read_existing(source: &str, brief: &Brief, terminal: &Terminal) -> Result<Catalog, Failure> {
    let reading = Reading {
        target: Some(brief.minimum_version),
        ..Reading::default()
    };
    let read = Source::parse(source)?.read(reading, terminal)?;
    if read.errors > 0 {
        return Err(Failure::Usage(format!(
            "{source} was not read in full; a migration from it would be wrong\n\
             hint: `pgwright inspect {source} --via-server` shows what a server says of it"
        )));
    }
    Ok(as_of_version(read.catalog, brief.minimum_version))
}

/// Names of NOT NULL constraints are PostgreSQL 18's: a design for older servers cannot say them, and a newer
/// server that runs it gives its own.
pub fn as_of_version(mut existing: Catalog, version: u32) -> Catalog {
    if version < 18 {
        let tables = existing.tables.values_mut();
        for column in tables.flat_map(|table| &mut table.columns) {
            column.not_null_constraint.name = None;
        }
    }
    existing
}

/// The servers to prove on; `None` when there is nothing to prove with. Servers that were asked
/// for, by number or by directory, and are missing are an error.
fn servers(
    arguments: &Design,
    terminal: &Terminal,
) -> Result<Option<Vec<pgwright_server::Installation>>, Failure> {
    if arguments.no_proof {
        return Ok(None);
    }
    let asked = !arguments.servers.pg.is_empty() || arguments.servers.pg_bin.is_some();
    match terminal.phase("looking for servers", || proof::servers(&arguments.servers)) {
        Ok(servers) if !servers.is_empty() => Ok(Some(servers)),
        Ok(_) => Ok(None),
        Err(failure) if asked => Err(failure),
        Err(_) => Ok(None),
    }
}

fn summary(
    arguments: &Design,
    design: &pgwright_design::Design,
    files: &Files,
    proof: &Proof,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let tables = design
        .catalog
        .tables
        .values()
        .filter(|t| t.partition_of.is_none())
        .count();
    let indexes: usize = design
        .catalog
        .tables
        .values()
        .map(|t| t.indexes.len())
        .sum();
    terminal.heading(format_args!(
        "\nDelivered to {}",
        arguments.output.display()
    ));
    terminal.say(format_args!(
        "  {tables} tables, {indexes} indexes, {} decisions, {} rules kept, {} open questions, {} files",
        design.decisions.len(),
        design.enforcements.len(),
        design.questions.len(),
        files.paths().count(),
    ));
    terminal.say("  start with README.md (the design document) and report.html");
    if let Some(reason) = &proof.reason {
        let said = format!("  NOTHING WAS PROVEN: {reason}");
        if arguments.no_proof {
            terminal.say(said);
        } else {
            terminal.raw(&format!("{said}\n  hint: pgwright postgres install 18"));
        }
        return Ok(());
    }
    for line in proof::summary(proof) {
        terminal.say(format_args!("  {line}"));
    }
    if proof.proven {
        Ok(())
    } else {
        Err(Failure::NotProven(
            "the proof failed: see above, and proof.json".to_owned(),
        ))
    }
}

/// The text of a file, or of standard input for `-`.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map(|_| bytes)
    } else {
        fs::read(path)
    };
    let bytes = bytes.map_err(|error| Failure::Usage(format!("reading {shown}: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        Failure::Usage(format!("{shown}:{}: not UTF-8 text", line + 1))
    })
}

/// Reads a brief and shows everything that is wrong with it.
pub fn read_brief(path: &Path, text: &str, terminal: &Terminal) -> Result<Brief, Failure> {
    let reading = pgwright_brief::read(text);
    let file = path.display().to_string();
    for warning in &reading.warnings {
        terminal.say(format_args!("warning: {}", warning.render(text, &file)));
    }
    match reading.brief {
        Some(brief) if reading.errors.is_empty() => Ok(brief),
        _ => {
            for error in &reading.errors {
                terminal.error(error.render(text, &file));
            }
            let count = reading.errors.len();
            let plural = if count == 1 { "" } else { "s" };
            Err(Failure::Usage(format!(
                "{count} error{plural} in {file}; nothing was written"
            )))
        }
    }
}
