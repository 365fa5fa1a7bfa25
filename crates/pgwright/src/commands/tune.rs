//! `pgwright tune SOURCE --workload W --budget 2GB`: the indexes that make a workload cheapest.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use pgwright_catalog::{Catalog, QualifiedName};
use pgwright_migrate::{Layout, MigrationName};
use pgwright_planner::{Statistics, parse_qualified_name};
use pgwright_server::twin::Twin;
use pgwright_tune::advise::{Advice, Options, advise, is_open};
use pgwright_tune::ask::{Planner, price};
use pgwright_tune::candidate::Kind;
use pgwright_tune::family::{Facts, divided, proposals};
use pgwright_tune::patterns::with_rare_patterns;
use pgwright_tune::recommend::text::summary;
use pgwright_tune::recommend::{Action, TuneDocument, document, to_be};
use pgwright_tune::search::Progress;
use pgwright_tune::set::Set;
use pgwright_tune::size::Measure;
use pgwright_tune::workload::{Workload, prepare};

use crate::exit::Failure;
use crate::rehearsal;
use crate::terminal::{Terminal, output};
use crate::tune::{Migration, TwinPlanner, json};
use crate::twin::{self, Server, Subject, Wanted, parse_months, parse_rows};
use crate::workload::read_workload;

/// A schema, how large it is, and what is asked of it.
#[derive(Debug, Args)]
pub struct Tune {
    /// The schema: an SQL file (`-` is standard input), a directory of migrations, a server, or a brief.
    pub source: String,

    /// Statements with how often they run: SQL files with `-- calls: 5/s`, an export of pg_stat_statements, logs,
    /// folders of these, a server, or a brief; may be given more than once.
    #[arg(long, value_name = "W", required = true)]
    pub workload: Vec<String>,

    /// How much disk new indexes may take: `500MB`, `2GB`. A quarter of what the tables take when not given.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub budget: Option<u64>,

    /// What production's planner knows: a file of `pgwright stats`, or of `pg_dump --statistics-only`. That
    /// of the source when it is a server.
    #[arg(long, value_name = "FILE")]
    pub stats: Vec<PathBuf>,

    /// How many rows tables have: `orders=1e9,customers=x10`, `"*=1e9"`.
    #[arg(long, value_name = "TABLE=ROWS,…", allow_hyphen_values = true)]
    pub rows: Vec<String>,

    /// For how long rows of a table are kept, or read: `order_events=13m`; otherwise as the statistics say. A large
    /// table whose rows come in the order of a time is divided into months then.
    #[arg(long, value_name = "TABLE=TIME,…")]
    pub keep: Vec<String>,

    /// The day from which months are counted; the present one when not given.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub today: Option<jiff::civil::Date>,

    /// Let columns change their types, where statements ask for it. Without, types are only pointed at.
    #[arg(long)]
    pub types: bool,

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
    let mut workload = read_workload(&arguments.workload, terminal)?;
    let wanted = Wanted {
        stats: &arguments.stats,
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
    prepare(&mut workload, &subject.catalog, &statistics);
    with_rare_patterns(&mut workload, &subject.catalog);
    let server = Server {
        major: arguments.pg.or(subject.major),
        pg_bin: arguments.pg_bin.as_deref(),
    };
    let mut keep = keep(&arguments.keep, &subject.catalog)?;
    keep_as_known(&mut keep, &statistics);
    let tables = statistics.tables.values();
    let tables: u64 = tables.map(|t| t.file_pages.unwrap_or(t.pages) * 8192).sum();
    let options = options(arguments, tables);
    let (advice, target) = search(
        &subject,
        &statistics,
        &workload,
        &options,
        server,
        arguments,
        terminal,
    )?;
    let mut document = document(
        &advice,
        &subject.catalog,
        &statistics,
        &workload,
        &options,
        target,
    );
    if subject
        .statistics
        .tables
        .values()
        .all(|t| t.columns.is_empty())
    {
        document.notes.push(
            "nothing is known of the values in columns, so the planner takes any to be one in 200: of a rarer one an \
             index gains more, of a common one less. `pgwright stats` reads what production knows."
                .to_owned(),
        );
    }
    let facts = Facts {
        catalog: &subject.catalog,
        statistics: &statistics,
        workload: &workload,
        advice: &advice,
        keep: &keep,
        month: month(arguments),
        types: arguments.types,
    };
    let proposals = proposals(&facts);
    document.add(&proposals);
    let after = to_be(&subject.catalog, &advice, &proposals);
    if proposals
        .iter()
        .any(|p| p.recommendation.action == Action::Partition)
    {
        let divided = divided(&statistics, &subject.catalog, &after);
        let twin = twin::build(&after, &divided, server, terminal)?;
        twin::show_notes(&twin, terminal);
        document.reprice(&prices(&twin, &after, &workload)?);
    }
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
    match &arguments.output {
        Some(directory) => {
            let named = (
                layout,
                MigrationName::new(arguments.version_number, &arguments.name),
            );
            deliver(
                &migration, &document, directory, &named, arguments, terminal,
            )
        }
        None => Ok(()),
    }
}

fn options(arguments: &Tune, tables: u64) -> Options {
    let mut options = Options::new(arguments.budget.unwrap_or(tables / 4));
    options.explains = arguments.explains;
    options.measure = match arguments.sizes {
        SizeMeasure::Honest => Measure::Honest,
        SizeMeasure::Hypopg => Measure::Hypopg,
    };
    if !arguments.kinds.is_empty() {
        let kinds = arguments.kinds.iter().map(|k| k.kind());
        options.kinds = kinds.collect::<BTreeSet<_>>();
    }
    options
}

/// Searches on a twin, which is gone afterwards; with its major version.
fn search(
    subject: &Subject,
    statistics: &Statistics,
    workload: &Workload,
    options: &Options,
    server: Server<'_>,
    arguments: &Tune,
    terminal: &Terminal,
) -> Result<(Advice, u32), Failure> {
    let started = Instant::now();
    let twin = twin::build(&subject.catalog, statistics, server, terminal)?;
    twin::show_notes(&twin, terminal);
    let mut planner = TwinPlanner::new(&twin, &subject.catalog, workload)?;
    let until = arguments.time.map(|s| started + Duration::from_secs_f64(s));
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
    let advice = terminal.phase("searching", || {
        advise(
            &subject.catalog,
            statistics,
            workload,
            options,
            &mut planner,
            &mut watch,
        )
    });
    bar.finish_and_clear();
    match planner.broken() {
        Some(broken) => Err(Failure::NoServer(broken.to_owned())),
        None => Ok((advice, twin.major())),
    }
}

/// What statements cost on a twin of everything that is recommended.
fn prices(
    twin: &Twin,
    catalog: &Catalog,
    workload: &Workload,
) -> Result<BTreeMap<usize, f64>, Failure> {
    let mut planner = TwinPlanner::new(twin, catalog, workload)?;
    let mut costs = BTreeMap::new();
    for (number, statement) in workload.statements.iter().enumerate() {
        let mut cost = Some(0.0);
        for (at, form) in statement.forms.iter().enumerate() {
            let plan = planner.plan(number, at, &Set::default());
            let own = plan
                .ok()
                .map(|plan| price(&plan, is_open(statement, form)) * form.share);
            cost = cost.zip(own).map(|(sum, own)| sum + own);
        }
        costs.extend(cost.map(|cost| (number, cost)));
    }
    Ok(costs)
}

fn deliver(
    migration: &Migration<'_>,
    document: &TuneDocument,
    directory: &Path,
    (layout, name): &(Layout, MigrationName),
    arguments: &Tune,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let proof = match arguments.no_proof || migration.plan.is_empty() {
        true => None,
        false => Some(migration.rehearse(arguments.pg_bin.as_deref(), terminal)?),
    };
    migration.write(
        directory,
        document,
        proof.as_ref(),
        *layout,
        name,
        arguments.force,
    )?;
    terminal.say(format_args!("written into {}", directory.display()));
    match &proof {
        Some(proof) => rehearsal::show(proof, terminal),
        None => Ok(()),
    }
}

/// Reads `order_events=13m`: the months for which rows of tables are kept.
fn keep(texts: &[String], catalog: &Catalog) -> Result<BTreeMap<QualifiedName, u32>, Failure> {
    let mut found = BTreeMap::new();
    let mut wrong = Vec::new();
    for text in texts.iter().flat_map(|text| text.split(',')) {
        let read = text.split_once('=').and_then(|(name, time)| {
            let months = parse_months(time.trim()).ok()?;
            Some((parse_qualified_name(name.trim()).ok()?, months))
        });
        match read {
            Some((table, months)) if catalog.tables.contains_key(&table) && months >= 1.0 => {
                found.insert(table, months.ceil() as u32);
            }
            Some((table, _)) => {
                wrong.push(format!("--keep: there is no table {table}, or no time"))
            }
            None => wrong.push(format!("--keep: `{text}` is not understood")),
        }
    }
    match wrong.is_empty() {
        true => Ok(found),
        false => Err(Failure::Usage(format!(
            "{}\nhint: write order_events=13m or app.log=2y",
            wrong.join("\n")
        ))),
    }
}

/// Rows from which on a table is worth dividing, when nobody asks for it.
const LARGE: f64 = 10e6;

/// What statistics tell of the months for which rows of large tables are kept, or else read.
fn keep_as_known(keep: &mut BTreeMap<QualifiedName, u32>, statistics: &Statistics) {
    for (name, table) in &statistics.tables {
        let months = table.months_kept.or(table.months_read);
        if let Some(months) = months.filter(|months| *months >= 1.0)
            && table.rows.is_some_and(|rows| rows >= LARGE)
        {
            keep.entry(name.clone()).or_insert(months.ceil() as u32);
        }
    }
}

/// The month that is now, or that of `--today`.
fn month(arguments: &Tune) -> (i32, u32) {
    let today = arguments.today.unwrap_or_else(|| {
        let now = jiff::Timestamp::now();
        now.to_zoned(jiff::tz::TimeZone::UTC).date()
    });
    (
        i32::from(today.year()),
        u32::from(today.month().unsigned_abs()),
    )
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use pgwright_planner::TableStatistics;

    #[test]
    fn large_tables_are_kept_as_statistics_say_unless_the_user_does() {
        let table = |rows, kept, read| TableStatistics {
            rows: Some(rows),
            months_kept: kept,
            months_read: read,
            ..TableStatistics::default()
        };
        let tables = [
            ("read", table(700e6, None, Some(13.0))),
            ("kept", table(700e6, Some(24.0), Some(13.0))),
            ("small", table(1e6, Some(24.0), None)),
            ("asked", table(700e6, Some(24.0), None)),
        ];
        let name = |name: &str| QualifiedName::new("public", name);
        let statistics = Statistics {
            tables: tables.into_iter().map(|(n, t)| (name(n), t)).collect(),
            ..Statistics::default()
        };
        let mut keep = BTreeMap::from([(name("asked"), 6)]);
        keep_as_known(&mut keep, &statistics);
        let expected = [("asked", 6), ("kept", 24), ("read", 13)];
        let expected = expected.map(|(n, months)| (name(n), months));
        assert_eq!(keep, BTreeMap::from(expected));
    }
}
