//! The files of a profile: brief, schema, load script, rows that fit and rows that do not.

use std::fs;
use std::path::Path;

use pgwright_catalog::Catalog;
use pgwright_migrate::{PlanOptions, plan, schema_script};
use pgwright_profile::proposal::{Proposal, unfit_rows};
use pgwright_profile::sheet::{SetAside, Sheet};

use super::load::{Load, text};
use super::prove::prove;
use crate::cli::Servers;
use crate::exit::Failure;
use crate::proof;
use crate::terminal::Terminal;

/// Where things go and how they are proven.
pub struct Delivery<'a> {
    pub directory: &'a Path,
    pub servers: &'a Servers,
    pub no_proof: bool,
    pub name: &'a str,
    pub postgresql: u32,
}

/// Writes everything; with a server, only what it has accepted.
pub fn deliver(
    delivery: &Delivery<'_>,
    proposal: &Proposal,
    sheets: &[&Sheet],
    profile: &str,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let brief_text = pgwright_profile::brief(delivery.name, delivery.postgresql, proposal, sheets);
    let reading = pgwright_brief::read(&brief_text);
    let Some(brief) = reading.brief.filter(|_| reading.errors.is_empty()) else {
        let errors: Vec<String> = reading
            .errors
            .iter()
            .map(|e| e.render(&brief_text, "brief.yaml"))
            .collect();
        return Err(Failure::NotProven(format!(
            "the proposed brief cannot be read:\n{}",
            errors.join("\n")
        )));
    };
    let design = terminal.phase("designing", || pgwright_design::design(&brief));
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    let options = PlanOptions::new(brief.minimum_version);
    let schema = plan(&Catalog::empty(), &design.catalog, &options).map_err(|e| usage(&e))?;
    let schema = schema_script(&schema);
    let load = Load {
        proposal,
        sheets,
        design: &design,
        target: brief.minimum_version,
    };
    let parts = load
        .script()
        .map_err(|e| Failure::NotProven(e.to_string()))?;
    let rows: Vec<Vec<u8>> = sheets
        .iter()
        .zip(&proposal.unfit)
        .map(|(sheet, unfit)| sound_rows(sheet, |row| unfit.contains_key(&row)))
        .collect();
    let data = |sheet: usize| format!("data/{}_{}.csv", sheet + 1, sheets[sheet].name);
    let mut files: Vec<(String, Vec<u8>)> = vec![
        ("brief.yaml".into(), brief_text.into_bytes()),
        ("schema.sql".into(), schema.clone().into_bytes()),
        (
            "load.sql".into(),
            text(&parts, delivery.name, data).into_bytes(),
        ),
        ("profile.json".into(), profile.as_bytes().to_vec()),
    ];
    for (place, (sheet, rows)) in sheets.iter().zip(&rows).enumerate() {
        files.push((data(place), rows.clone()));
        let mut aside = sheet.set_aside.clone();
        aside.extend(unfit_rows(sheet, &proposal.unfit[place]));
        aside.sort_by_key(|a| a.line);
        if !aside.is_empty() {
            let path = format!("set_aside/{}_{}.csv", place + 1, sheet.name);
            files.push((path, set_aside(&aside)));
        }
    }
    for (path, bytes) in &files {
        write(&delivery.directory.join(path), bytes)?;
    }
    terminal.heading(format_args!(
        "\nDelivered to {}",
        delivery.directory.display()
    ));
    let kept: usize = sheets
        .iter()
        .zip(&proposal.unfit)
        .map(|(s, u)| s.table.rows() - u.len())
        .sum();
    if delivery.no_proof {
        terminal.say("  NOTHING WAS PROVEN: not asked for (--no-proof)");
        return Ok(());
    }
    let asked = !delivery.servers.pg.is_empty() || delivery.servers.pg_bin.is_some();
    let installations = match proof::servers(delivery.servers) {
        Ok(found) => found,
        Err(failure) if asked => return Err(failure),
        Err(_) => Vec::new(),
    };
    let able = installations
        .iter()
        .filter(|i| i.major >= brief.minimum_version);
    // One server is enough for the rows unless several were asked for.
    let chosen: Vec<_> = able.take(if asked { usize::MAX } else { 1 }).collect();
    if chosen.is_empty() {
        terminal.raw("  NOTHING WAS PROVEN: no PostgreSQL server was found\n  hint: pgwright postgres install 18");
        return Ok(());
    }
    let mut failed = false;
    for installation in chosen {
        match prove(&schema, &parts, &rows, installation, terminal)? {
            Ok(()) => terminal.good(format_args!(
                "PostgreSQL {}: schema applied, {kept} rows loaded, each put together again by a join and compared",
                installation.version
            )),
            Err(error) => {
                failed = true;
                terminal.bad(format_args!("PostgreSQL {}: {error}", installation.version));
            }
        }
    }
    if failed {
        return Err(Failure::NotProven(
            "the load script failed: see above".to_owned(),
        ));
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::Usage(format!("writing {}: {error}", path.display()));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)
}

/// The rows that fit, as COPY reads them: the line, then every value quoted and nulls bare.
fn sound_rows(sheet: &Sheet, unfit: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut text = Vec::new();
    for row in (0..sheet.table.rows()).filter(|row| !unfit(*row)) {
        text.extend_from_slice(sheet.lines[row].to_string().as_bytes());
        for column in &sheet.table.columns {
            text.push(b',');
            if let Some(value) = column.text(row) {
                quote(value, &mut text);
            }
        }
        text.push(b'\n');
    }
    text
}

fn set_aside(aside: &[SetAside]) -> Vec<u8> {
    let mut text = b"line,reason,text\n".to_vec();
    for row in aside {
        text.extend_from_slice(row.line.to_string().as_bytes());
        for part in [&row.reason, &row.text] {
            text.push(b',');
            quote(part.as_bytes(), &mut text);
        }
        text.push(b'\n');
    }
    text
}

fn quote(value: &[u8], text: &mut Vec<u8>) {
    text.push(b'"');
    for byte in value {
        if *byte == b'"' {
            text.push(b'"');
        }
        text.push(*byte);
    }
    text.push(b'"');
}
