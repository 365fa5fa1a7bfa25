//! `pgwright tune SOURCE --workload W --budget 2GB`: the indexes that make a workload cheapest.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use pgwright_migrate::{Layout, MigrationName};
use pgwright_tune::advise::{Options, advise};
use pgwright_tune::candidate::Kind;
use pgwright_tune::recommend::text::summary;
use pgwright_tune::recommend::{document, to_be};
use pgwright_tune::search::Progress;
use pgwright_tune::size::Measure;

use crate::exit::Failure;
use crate::rehearsal;
use crate::terminal::{Terminal, output};
use crate::tune::{Migration, TwinPlanner, json, read_workload};
use crate::twin::{self, Server, Subject, Wanted, parse_months, parse_rows};

/// A schema, how large it is, and what is asked of it.
#[derive(Debug, Args)]
pub struct Tune {
    /// The schema: an SQL file (`-` is standard input), a directory of migrations, a server, or a brief.
    pub source: String,

    /// The statements and how often they run: an SQL file with comments such as `-- calls: 900 per day`, or a
    /// directory of them.
    #[arg(long, value_name = "FILE|DIR")]
    pub workload: PathBuf,

    /// How much disk new indexes may take: `500MB`, `2GB`. A quarter of what the tables take when not given.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub budget: Option<u64>,

    /// What production's planner knows: a file of `pgwright stats`, or of `pg_dump --statistics-only`. That
    /// of the source when it is a server.
    #[arg(long, value_name = "FILE")]
    pub stats: Option<PathBuf>,

    /// How many rows tables have: `orders=1e9,customers=x10`, `"*=1e9"`.
    #[arg(long, value_name = "TABLE=ROWS,…", allow_hyphen_values = true)]
    pub rows: Vec<String>,

    /// After that time of growth: `3y`, `18m`, `90d`.
    #[arg(long = "in", value_name = "TIME", value_parser = parse_months)]
    pub after: Option<f64>,

    /// The directory to write the recommendation into, with its migration.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Layout of the migration: plain, sqlx, flyway, dbmate, golang-migrate, goose or sqitch.
    #[arg(long, default_value = "plain")]
    pub layout: String,

    /// What the migration is called in file names: letters, digits and underscores.
    #[arg(long, default_value = "tune", value_parser = super::plan::file_name)]
    pub name: String,

    /// Version that the migration's file names begin with, for layouts that have one.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=super::plan::LAST_VERSION))]
    pub version_number: u64,

    /// Write the migration without proving it in a sandbox.
    #[arg(long)]
    pub no_proof: bool,

    /// Write into a directory that is not empty.
    #[arg(long)]
    pub force: bool,

    /// How to show it.
    #[arg(long, value_enum, default_value_t = TuneFormat::Text)]
    pub format: TuneFormat,

    /// Kinds of indexes to consider; all when not given.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND,…")]
    pub kinds: Vec<IndexKind>,

    /// How often the planner may be asked at most.
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub explains: usize,

    /// Stop searching after so many seconds, with the best found so far. Without it, the same input gives the
    /// same answer.
    #[arg(long, value_name = "SECONDS")]
    pub time: Option<f64>,

    /// How the budget counts sizes: as indexes would be, or as hypopg estimates them.
    #[arg(long, value_enum, default_value_t = SizeMeasure::Honest)]
    pub sizes: SizeMeasure,

    /// Major version of the server that plans; that of the source's server, else the newest found.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(14..=18))]
    pub pg: Option<u32>,

    /// Directories that hold server programs, separated by `:`.
    #[arg(long, env = "PGWRIGHT_PG_BIN", value_name = "DIR")]
    pub pg_bin: Option<OsString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TuneFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SizeMeasure {
    Honest,
    Hypopg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IndexKind {
    Btree,
    Expression,
    Partial,
    Gin,
    Gist,
    Brin,
    Hash,
}

impl IndexKind {
    fn kind(self) -> Kind {
        match self {
            Self::Btree => Kind::Btree,
            Self::Expression => Kind::Expression,
            Self::Partial => Kind::Partial,
            Self::Gin => Kind::Gin,
            Self::Gist => Kind::Gist,
            Self::Brin => Kind::Brin,
            Self::Hash => Kind::Hash,
        }
    }
}

/// Runs the command.
pub fn run(arguments: &Tune, terminal: &Terminal) -> Result<(), Failure> {
    let started = Instant::now();
    let layout = Layout::from_str(&arguments.layout).map_err(Failure::Usage)?;
    let workload = read_workload(&arguments.workload)?;
    let wanted = Wanted {
        stats: arguments.stats.as_deref(),
        pg: arguments.pg,
        pg_bin: arguments.pg_bin.as_deref(),
    };
    let subject = Subject::read(&arguments.source, wanted, terminal)?;
    let mut targets = subject.targets(arguments.after, terminal);
    for scale in parse_rows(&arguments.rows, &subject.catalog)?
        .into_iter()
        .take(1)
    {
        targets.extend(scale.targets);
    }
    if !subject.is_sized() && targets.is_empty() {
        return Err(Failure::Usage(format!(
            "{}: nothing is known of its size, and on empty tables nothing is dear\n\
             hint: --stats FILE, or --rows \"*=1e6\"",
            arguments.source
        )));
    }
    let (statistics, notes) = subject.statistics_at(&targets);
    for note in &notes {
        terminal.say(format_args!("note: {note}"));
    }
    let server = Server {
        major: arguments.pg.or(subject.major),
        pg_bin: arguments.pg_bin.as_deref(),
    };
    let twin = twin::build(&subject.catalog, &statistics, server, terminal)?;
    twin::show_notes(&twin, terminal);
    let no_server = |error: &dyn std::fmt::Display| Failure::NoServer(error.to_string());
    let mut planner = TwinPlanner::new(&twin, &workload).map_err(|e| no_server(&e))?;
    let tables: u64 = statistics
        .tables
        .values()
        .map(|t| t.file_pages.unwrap_or(t.pages) * 8192)
        .sum();
    let mut options = Options::new(arguments.budget.unwrap_or(tables / 4));
    options.explains = arguments.explains;
    options.measure = match arguments.sizes {
        SizeMeasure::Honest => Measure::Honest,
        SizeMeasure::Hypopg => Measure::Hypopg,
    };
    if !arguments.kinds.is_empty() {
        options.kinds = arguments
            .kinds
            .iter()
            .map(|k| k.kind())
            .collect::<BTreeSet<_>>();
    }
    let until = arguments
        .time
        .map(|seconds| started + Duration::from_secs_f64(seconds));
    let bar = terminal.progress("trying indexes");
    let mut watch = |progress: &Progress| {
        bar.set_message(format!(
            "{}: {:.1} % of the cost with {} indexes, {} plans asked for",
            progress.step,
            progress.share * 100.0,
            progress.indexes,
            progress.asked
        ));
        until.is_none_or(|until| Instant::now() < until)
    };
    let advice = advise(
        &subject.catalog,
        &statistics,
        &workload,
        &options,
        &mut planner,
        &mut watch,
    );
    bar.finish_and_clear();
    if let Some(broken) = planner.broken() {
        return Err(Failure::NoServer(broken.to_owned()));
    }
    let mut document = document(
        &advice,
        &subject.catalog,
        &statistics,
        &workload,
        &options,
        twin.major(),
    );
    drop(planner);
    let target = twin.major();
    // The rehearsal has a server of its own.
    drop(twin);
    let after = to_be(&subject.catalog, &advice);
    let migration = Migration::new(&subject.catalog, &after, &statistics, target, terminal)?;
    migration.tell(&mut document);
    match arguments.format {
        TuneFormat::Json => output(&json(&document))?,
        TuneFormat::Text => output(&summary(&document))?,
    }
    terminal.say(format_args!(
        "{} indexes tried, {} plans asked for, {:.1} s",
        document.candidates,
        document.explains,
        started.elapsed().as_secs_f64()
    ));
    let Some(directory) = &arguments.output else {
        return Ok(());
    };
    let proof = match arguments.no_proof || migration.plan.is_empty() {
        true => None,
        false => Some(migration.rehearse(arguments.pg_bin.as_deref(), terminal)?),
    };
    let name = MigrationName::new(arguments.version_number, &arguments.name);
    migration.write(
        directory,
        &document,
        proof.as_ref(),
        layout,
        &name,
        arguments.force,
    )?;
    terminal.say(format_args!("written into {}", directory.display()));
    match &proof {
        Some(proof) => rehearsal::show(proof, terminal),
        None => Ok(()),
    }
}

/// Reads `500MB` or `2GB`, as bytes.
fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size: write 500MB or 2GB");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let number: f64 = digits.trim().parse().map_err(|_| wrong())?;
    let unit = text[digits.len()..].trim().to_ascii_lowercase();
    let times = match unit.as_str() {
        "kb" | "k" => 1024.0,
        "mb" | "m" => 1024.0 * 1024.0,
        "gb" | "g" => 1024.0 * 1024.0 * 1024.0,
        "tb" | "t" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    match number.is_finite() && number >= 0.0 {
        true => Ok((number * times) as u64),
        false => Err(wrong()),
    }
}
