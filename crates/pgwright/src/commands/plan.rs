//! `pgwright plan FROM TO`: the migration from one schema to another, forward and back.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};
use pgwright_catalog::{Catalog, Name, QualifiedName};
use pgwright_migrate::{
    Hazard, Layout, MigrationName, Plan as Migration, PlanOptions, Rewrites, Step, TableSize,
    migration_files, parse_rename, plan, without_aside,
};

use crate::exit::Failure;
use crate::rehearsal;
use crate::source::{NEWEST, Read, Reading, Source};
use crate::terminal::Terminal;

#[derive(Debug, Args)]
pub struct Plan {
    /// The schema that is there: an SQL file (`-` is standard input), a directory of migrations, a
    /// server (`postgres://…` or `host=… dbname=…`), a brief (`.yaml`), or `empty`.
    pub from: String,

    /// The schema that there shall be, in the same ways.
    pub to: String,

    /// The directory to write the migration into; without it the way forward is printed.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Layout of the migration: plain, sqlx, flyway, dbmate, golang-migrate, goose or sqitch.
    #[arg(long, default_value = "plain")]
    pub layout: String,

    /// What the migration is called in file names: letters, digits and underscores.
    #[arg(long, default_value = "change", value_parser = file_name)]
    pub name: String,

    /// Version that the migration's file names begin with, for layouts that have one.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=LAST_VERSION))]
    pub version_number: u64,

    /// A rename, such as `app.users.mail=email` or `app.status.open=active`; may be given more than
    /// once.
    #[arg(long = "rename", value_name = "OLD=NEW")]
    pub renames: Vec<String>,

    /// Take nothing for renamed but what --rename says.
    #[arg(long)]
    pub no_rename_detection: bool,

    /// The value that rows get in a column that comes to demand one, such as
    /// `app.users.country='DE'`; may be given more than once.
    #[arg(long, value_name = "TABLE.COLUMN=EXPRESSION")]
    pub fill: Vec<String>,

    /// How values of a column that changes its type are converted, such as
    /// `app.users.age=age::integer`; may be given more than once.
    #[arg(long, value_name = "TABLE.COLUMN=EXPRESSION")]
    pub using: Vec<String>,

    /// What becomes of a table for whose change PostgreSQL would write it anew: `by-size` fills the new
    /// column, or the partitioned table, beside the old where a live table is large, `online` does so
    /// always, and `in-place` never.
    #[arg(long, value_enum, default_value = "by-size")]
    pub rewrites: Rewrite,

    /// Drop at once what is not wanted any more, instead of keeping it aside for contract.sql.
    #[arg(long)]
    pub no_keep: bool,

    /// Do not set owners: objects belong to whoever runs the migration.
    #[arg(long)]
    pub no_owners: bool,

    /// Plan without proving it in a sandbox.
    #[arg(long)]
    pub no_proof: bool,

    /// Write into a directory that is not empty.
    #[arg(long)]
    pub force: bool,

    /// Major version that the migration is for; that of a server it is planned from, else the newest.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(14..=18))]
    pub pg: Option<u32>,

    /// Directories that hold server programs, separated by `:`.
    #[arg(long, env = "PGWRIGHT_PG_BIN", value_name = "DIR")]
    pub pg_bin: Option<OsString>,
}

/// See [`Rewrites`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Rewrite {
    BySize,
    Online,
    InPlace,
}

/// The greatest version: tools keep them in a signed 64-bit number, and a migration in several parts
/// counts on.
pub const LAST_VERSION: u64 = 9_000_000_000_000_000_000;

/// A name that is one in every tool's file names and plans.
pub fn file_name(text: &str) -> Result<String, String> {
    let good = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if good {
        Ok(text.to_owned())
    } else {
        Err("write it in letters, digits and underscores, such as add_invoices".to_owned())
    }
}

/// Runs the command.
pub fn run(arguments: &Plan, terminal: &Terminal) -> Result<(), Failure> {
    let layout = Layout::from_str(&arguments.layout).map_err(Failure::Usage)?;
    let (from, to) = (
        Source::parse(&arguments.from)?,
        Source::parse(&arguments.to)?,
    );
    let target = arguments.pg;
    let reading = Reading {
        target,
        pg_bin: arguments.pg_bin.as_deref(),
        ..Reading::default()
    };
    // Each takes about a second for a large schema.
    let (from_read, to_read) = std::thread::scope(|scope| {
        let other = scope.spawn(|| to.read(reading, terminal));
        let from_read = from.read(reading, terminal);
        (from_read, other.join())
    });
    let from_read = from_read?;
    let to_read = to_read.map_err(|_| Failure::Usage("reading TO broke off".to_owned()))??;
    refuse_errors(&arguments.from, &from_read)?;
    refuse_errors(&arguments.to, &to_read)?;
    let target = target
        .or(from_read.major)
        .or(to_read.major)
        .unwrap_or(NEWEST);
    // What an earlier migration keeps aside waits for its contract.
    let held = from_read.catalog.tables.len();
    let (before, after) = (
        without_aside(from_read.catalog),
        without_aside(to_read.catalog),
    );
    if before.tables.len() != held {
        terminal.say("note: what an earlier migration keeps aside is left to its contract");
    }

    let mut options = PlanOptions::new(target);
    options.check_bodies = false;
    options.owners = !arguments.no_owners;
    options.keep_aside = !arguments.no_keep;
    options.find_renames = !arguments.no_rename_detection;
    options.sizes = sizes(&from)?;
    options.rewrites = match arguments.rewrites {
        Rewrite::BySize => Rewrites::BySize,
        Rewrite::Online => Rewrites::Online,
        Rewrite::InPlace => Rewrites::InPlace,
    };
    let mut written = arguments.renames.clone();
    written.extend(annotations(&to)?);
    for text in &written {
        let renames = parse_rename(text, &before, &after).map_err(Failure::Usage)?;
        options.renames.extend(renames);
    }
    options.fill = expressions("--fill", &arguments.fill)?;
    options.using = expressions("--using", &arguments.using)?;

    // The two schemas are printed meanwhile.
    let json = |catalog: &Catalog| {
        let catalog = catalog.without_dependencies();
        serde_json::to_string_pretty(&catalog).unwrap_or_default() + "\n"
    };
    let (migration, schemas) = std::thread::scope(|scope| {
        let schemas = scope.spawn(|| {
            let wanted = arguments.output.is_some();
            wanted.then(|| [("from.json", json(&before)), ("to.json", json(&after))])
        });
        let migration = terminal.phase("planning", || plan(&before, &after, &options));
        (migration, schemas.join())
    });
    let migration = migration.map_err(|error| Failure::Usage(error.to_string()))?;
    let schemas =
        schemas.map_err(|_| Failure::Usage("printing the schemas broke off".to_owned()))?;
    let proof = match arguments.no_proof || migration.is_empty() || arguments.output.is_none() {
        true => None,
        false => {
            let subject = rehearsal::Subject {
                before: &before,
                after: &after,
                plan: &migration,
                target,
            };
            let pg_bin = arguments.pg_bin.as_deref();
            Some(rehearsal::rehearse(subject, pg_bin, terminal)?)
        }
    };
    let name = MigrationName::new(arguments.version_number, &arguments.name);
    match &arguments.output {
        None => {
            // Whatever the layout: what a tool's first file holds may be a part of it.
            if let Some((_, up)) = migration_files(&migration, Layout::Plain, &name).first() {
                crate::terminal::output(up)?;
            }
        }
        Some(directory) => {
            let mut files = migration_files(&migration, layout, &name);
            let schemas = schemas.into_iter().flatten();
            files.extend(schemas.map(|(path, text)| (path.to_owned(), text)));
            if let Some(proof) = &proof {
                let text = serde_json::to_string_pretty(proof).unwrap_or_default() + "\n";
                files.push(("proof.json".to_owned(), text));
            }
            if layout != Layout::Plain {
                let plain = migration_files(&migration, Layout::Plain, &name);
                files.extend(plain.into_iter().filter(|(path, _)| path == "plan.json"));
            }
            write_files(directory, &files, arguments.force)?;
        }
    }
    show(&migration, arguments, terminal);
    match &proof {
        Some(proof) => rehearsal::show(proof, terminal),
        None => Ok(()),
    }
}

fn refuse_errors(source: &str, read: &Read) -> Result<(), Failure> {
    match read.errors {
        0 => Ok(()),
        n => Err(Failure::Usage(format!(
            "{source}: {n} statements were not understood, so there is nothing to plan from\n\
             hint: `--via-server` of `pgwright inspect` tells what a server says of them"
        ))),
    }
}

/// Renames that the text of the new schema says itself, in lines such as
/// `-- pgwright: rename app.users.mail=email`, or `# pgwright: …` in a brief.
fn annotations(to: &Source) -> Result<Vec<String>, Failure> {
    let (path, comment) = match to {
        Source::Script(path) if path.as_os_str() != "-" => (path, "--"),
        Source::Brief(path) => (path, "#"),
        _ => return Ok(Vec::new()),
    };
    let text = crate::commands::design::read_text(path)?;
    let lines = text.lines().filter_map(|line| {
        let said = line.trim().strip_prefix(comment)?.trim();
        let rename = said.strip_prefix("pgwright:")?.trim();
        Some(rename.strip_prefix("rename ")?.trim().to_owned())
    });
    Ok(lines.collect())
}

fn sizes(from: &Source) -> Result<BTreeMap<QualifiedName, TableSize>, Failure> {
    let Source::Server(address) = from else {
        return Ok(BTreeMap::new());
    };
    let failed = |error: &dyn std::fmt::Display| Failure::NoServer(error.to_string());
    let mut client = pgwright_server::connect(address).map_err(|e| failed(&e))?;
    let sizes = pgwright_server::table_sizes(&mut client).map_err(|e| failed(&e))?;
    Ok(sizes
        .into_iter()
        .map(|(name, rows, bytes)| (name, TableSize { rows, bytes }))
        .collect())
}

/// `schema.table.column=expression`, of each.
fn expressions(
    option: &str,
    texts: &[String],
) -> Result<BTreeMap<(QualifiedName, Name), String>, Failure> {
    let mut found = BTreeMap::new();
    for text in texts {
        let wrong = || {
            Failure::Usage(format!(
                "{option} `{text}` is not understood\nhint: write it as schema.table.column=expression"
            ))
        };
        let (column, expression) = text.split_once('=').ok_or_else(wrong)?;
        let parts: Vec<_> = pgwright_catalog::write::scan(column)
            .iter()
            .filter_map(|t| t.name())
            .collect();
        let (schema, table, column) = match parts.as_slice() {
            [table, column] => ("public", table, column),
            [schema, table, column] => (schema.as_str(), table, column),
            _ => return Err(wrong()),
        };
        let table = QualifiedName::new(schema.to_owned(), table.clone());
        found.insert(
            (table, Name::new(column.clone())),
            expression.trim().to_owned(),
        );
    }
    Ok(found)
}

/// Writes files into a directory that is empty or new, or any with `force`.
pub fn write_files(
    directory: &Path,
    files: &[(String, String)],
    force: bool,
) -> Result<(), Failure> {
    let failed = |path: &std::path::Path, error: std::io::Error| {
        Failure::Usage(format!("writing {}: {error}", path.display()))
    };
    let occupied = fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some());
    if occupied && !force {
        return Err(Failure::Usage(format!(
            "{} is not empty\nhint: `--force` writes into it all the same",
            directory.display()
        )));
    }
    for (path, text) in files {
        let path = directory.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        }
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

/// What a reader should know before running it.
fn show(migration: &Migration, arguments: &Plan, terminal: &Terminal) {
    if migration.is_empty() {
        terminal.say("nothing to be done: both schemas hold the same");
    }
    let mut hazards: BTreeMap<Hazard, Vec<&Step>> = BTreeMap::new();
    for step in &migration.up {
        for hazard in &step.hazards {
            hazards.entry(*hazard).or_default().push(step);
        }
    }
    for (hazard, steps) in hazards {
        let mut objects: Vec<String> = steps.iter().map(|s| s.object.to_string()).collect();
        objects.dedup();
        let more = objects.len().saturating_sub(5);
        objects.truncate(5);
        let rest = match more {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        terminal.say(format_args!(
            "hazard: {}: {}{rest}",
            hazard.name(),
            objects.join(", ")
        ));
    }
    for question in &migration.questions {
        terminal.say(format_args!(
            "question: {}\n      taken for granted: {}\n      {}\n      to answer otherwise: {}",
            question.question, question.default, question.why, question.answer
        ));
    }
    for note in &migration.notes {
        terminal.say(format_args!("note: {note}"));
    }
    if let Some(directory) = &arguments.output {
        terminal.say(format_args!(
            "{} steps forward, {} back, {} in the contract, in {}",
            migration.up.len(),
            migration.down.len(),
            migration.contract.len(),
            directory.display()
        ));
    }
}
