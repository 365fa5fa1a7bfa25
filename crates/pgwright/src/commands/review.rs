//! `pgwright review SOURCE`: what is wrong with a schema or a migration, why, and what to do about it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pgwright_catalog::Catalog;
use pgwright_migrate::{Layout, MigrationName, PlanOptions, migration_files, plan, without_aside};
use pgwright_report::review::{Shown, github, json, markdown, sarif, text};
use pgwright_review::{
    Baseline, Change, Input, Linter, Migration, Review as Found, Severity, apply, review,
    suppressions,
};

use crate::exit::Failure;
use crate::rehearsal;
use crate::source::{NEWEST, Read, Reading, Source};
use crate::terminal::Terminal;

#[derive(Debug, Args)]
pub struct Review {
    /// What to review: an SQL file (`-` is standard input), a directory of migrations, a server
    /// (`postgres://…` or `host=… dbname=…`), a brief (`.yaml`), or `empty`.
    pub source: String,

    /// Review these migrations, an SQL file or a directory, on top of SOURCE. Of SOURCE itself nothing
    /// is said then.
    #[arg(long, value_name = "FILE|DIR")]
    pub migration: Option<String>,

    /// How to show what was found.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// End with status 1 when something of this severity, or a graver one, is found.
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "SEVERITY")]
    pub fail_on: FailOn,

    /// Show every object, not the first few of each finding.
    #[arg(long)]
    pub all: bool,

    /// Say nothing of what this file accepts.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write a file that accepts everything that is found.
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,

    /// Write the schema with the fixes made, and the migration to it, proven, into --output. `risky` makes
    /// those as well that need a look first.
    #[arg(long, value_enum, num_args = 0..=1, default_missing_value = "safe", require_equals = true, value_name = "WHICH", requires = "output")]
    pub fix: Option<WhichFixes>,

    /// The directory for --fix.
    #[arg(short, long, value_name = "DIR", requires = "fix")]
    pub output: Option<PathBuf>,

    /// Write into a directory that is not empty.
    #[arg(long)]
    pub force: bool,

    /// Settings, instead of the nearest pgwright.toml.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Major version that it is for; that of a server, the oldest that a brief allows, else the newest.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(14..=18))]
    pub pg: Option<u32>,

    /// Directories that hold server programs, separated by `:`.
    #[arg(long, env = "PGWRIGHT_PG_BIN", value_name = "DIR")]
    pub pg_bin: Option<OsString>,
}

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, with the lines of the source.
    Text,
    /// Everything that is known, by schemas/review.schema.json.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub.
    Github,
    /// Markdown.
    Markdown,
}

/// What makes the command fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// Which fixes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WhichFixes {
    /// Those that change nothing that an application could notice.
    Safe,
    /// Those that need a look first as well.
    Risky,
}

/// Runs the command.
pub fn run(arguments: &Review, terminal: &Terminal) -> Result<(), Failure> {
    let settings = crate::settings::read(arguments.config.as_deref())?.review;
    let subject = read(arguments, terminal)?;
    let known = subject.read.major.or(subject.read.minimum);
    let version = arguments.pg.or(known).unwrap_or(NEWEST);
    let baseline = match &arguments.baseline {
        Some(path) => Some(read_baseline(path)?),
        None => None,
    };
    let texts: BTreeMap<String, String> = subject.read.texts.iter().cloned().collect();
    let comments: Vec<_> = texts
        .iter()
        .flat_map(|(name, text)| suppressions(Some(name), text))
        .collect();
    for comment in comments.iter().filter(|c| c.reason.is_empty()) {
        let file = comment.file.as_deref().unwrap_or_default();
        terminal.say(format_args!(
            "warning: {file}:{}: a finding is ignored only for a reason: `ignore RULE because …`",
            comment.line
        ));
    }
    let input = Input {
        catalog: &subject.read.catalog,
        places: &subject.read.places,
        migration: subject.migration.as_ref(),
        version,
        settings: &settings,
        suppressions: &comments,
        baseline: baseline.as_ref(),
    };
    let found = terminal.phase("reviewing", || review(&input));
    show(arguments, &found, version, &texts)?;
    if let Some(path) = &arguments.write_baseline {
        fs::write(path, Baseline::of(&found))
            .map_err(|error| Failure::Usage(format!("writing {}: {error}", path.display())))?;
    }
    if let (Some(which), Some(directory)) = (arguments.fix, &arguments.output) {
        fix(
            arguments,
            which,
            directory,
            &subject.read,
            &found,
            version,
            terminal,
        )?;
    }
    match subject.read.errors {
        0 => {}
        1 => return Err(Failure::Usage("one statement was not read".to_owned())),
        n => return Err(Failure::Usage(format!("{n} statements were not read"))),
    }
    let limit = arguments.fail_on.severity();
    let fails = limit.is_some_and(|limit| found.worst().is_some_and(|worst| worst >= limit));
    match fails && arguments.write_baseline.is_none() {
        true => Err(Failure::NotProven(String::new())),
        false => Ok(()),
    }
}

/// What is reviewed.
struct Subject {
    read: Read,
    migration: Option<Migration>,
}

fn read(arguments: &Review, terminal: &Terminal) -> Result<Subject, Failure> {
    let source = Source::parse(&arguments.source)?;
    let reading = Reading {
        target: arguments.pg,
        pg_bin: arguments.pg_bin.as_deref(),
        keep_places: true,
        ..Reading::default()
    };
    let Some(migration) = &arguments.migration else {
        return match &source {
            // Whether a text is a schema or a migration, its statements tell.
            Source::Script(_) | Source::Directory(_) => {
                lint(Vec::new(), source.texts()?, None, reading, terminal)
            }
            _ => Ok(Subject {
                read: source.read(reading, terminal)?,
                migration: None,
            }),
        };
    };
    let migration = Source::parse(migration)?;
    if !matches!(migration, Source::Script(_) | Source::Directory(_)) {
        return Err(Failure::Usage(
            "--migration is neither an SQL file nor a directory of them".to_owned(),
        ));
    }
    let (before, major) = match &source {
        Source::Empty => (Vec::new(), None),
        Source::Script(_) | Source::Directory(_) => (source.texts()?, None),
        Source::Brief(_) | Source::Server(_) => {
            let read = source.read(reading, terminal)?;
            let target = reading.target.or(read.major).unwrap_or(NEWEST);
            let text = super::inspect::sql(&read.catalog, target)?;
            (vec![("the schema".to_owned(), text)], read.major)
        }
    };
    lint(before, migration.texts()?, major, reading, terminal)
}

/// Reads a schema and then migrations, and looks at each statement of these.
fn lint(
    before: Vec<(String, String)>,
    migrations: Vec<(String, String)>,
    major: Option<u32>,
    reading: Reading<'_>,
    terminal: &Terminal,
) -> Result<Subject, Failure> {
    let target = reading.target.or(major).unwrap_or(NEWEST);
    let options = pgwright_ddl::read::ReadOptions {
        target,
        keep_places: true,
        ..Default::default()
    };
    let mut linter = Linter::new(target, before.iter().map(|(name, _)| name.clone()));
    let mut texts = before;
    if !texts.is_empty() {
        // A dump leaves an empty search path behind, and a migration runs in a session of its own.
        let reset = "ROLLBACK; RESET SESSION AUTHORIZATION; RESET ALL;".to_owned();
        texts.push((pgwright_review::SESSION.to_owned(), reset));
    }
    texts.extend(migrations);
    let read = terminal.phase("reading the SQL", || {
        pgwright_ddl::read::read_observed(&texts, &options, &mut crate::source::load, &mut linter)
    });
    let errors = linter.notes(&read.notes, &mut |note, error| match error {
        true => terminal.error(note),
        false => terminal.say(format_args!("note: {note}")),
    });
    Ok(Subject {
        read: Read {
            catalog: read.catalog,
            errors,
            major,
            minimum: None,
            texts,
            places: read.places,
        },
        migration: Some(linter.end()),
    })
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let text = super::design::read_text(path)?;
    Baseline::parse(&text).map_err(|error| {
        Failure::Usage(format!(
            "{}: not a baseline: {error}\nhint: --write-baseline makes one",
            path.display()
        ))
    })
}

fn show(
    arguments: &Review,
    found: &Found,
    version: u32,
    texts: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let shown = Shown {
        review: found,
        source: &arguments.source,
        version,
        texts,
        all: arguments.all,
    };
    match arguments.format {
        Format::Text => crate::terminal::coloured_output(&text(&shown)),
        Format::Json => crate::terminal::output(&json(&shown)),
        Format::Sarif => crate::terminal::output(&sarif(&shown)),
        Format::Github => crate::terminal::output(&github(&shown)),
        Format::Markdown => crate::terminal::output(&markdown(&shown)),
    }
}

/// Makes the fixes: the schema as it shall be, and the way there, rehearsed.
fn fix(
    arguments: &Review,
    which: WhichFixes,
    directory: &std::path::Path,
    read: &Read,
    found: &Found,
    version: u32,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let occurrences = found
        .findings
        .iter()
        .flat_map(|finding| &finding.occurrences);
    let fixes: Vec<_> = occurrences.filter_map(|o| o.fix.as_ref()).collect();
    let chosen = |risky: bool| which == WhichFixes::Risky || !risky;
    let changes: Vec<&Change> = fixes
        .iter()
        .filter(|fix| chosen(fix.risk.is_some()))
        .flat_map(|fix| &fix.changes)
        .collect();
    let left = fixes
        .iter()
        .filter(|fix| !chosen(fix.risk.is_some()))
        .count();
    let before: Catalog = without_aside(read.catalog.clone());
    let after = apply(&before, changes);
    let mut options = PlanOptions::new(version);
    options.check_bodies = false;
    let migration =
        plan(&before, &after, &options).map_err(|error| Failure::Usage(error.to_string()))?;
    let mut files = migration_files(&migration, Layout::Plain, &MigrationName::new(1, "review"));
    files.push((
        "schema.sql".to_owned(),
        super::inspect::sql(&after, version)?,
    ));
    let mut proof = None;
    if !migration.is_empty() {
        let subject = rehearsal::Subject {
            before: &before,
            after: &after,
            plan: &migration,
            target: version,
        };
        let made = rehearsal::rehearse(subject, arguments.pg_bin.as_deref(), terminal)?;
        let text = serde_json::to_string_pretty(&made).unwrap_or_default() + "\n";
        files.push(("proof.json".to_owned(), text));
        proof = Some(made);
    }
    super::plan::write_files(directory, &files, arguments.force)?;
    terminal.say(format_args!(
        "{} steps forward, {} back, in {}",
        migration.up.len(),
        migration.down.len(),
        directory.display()
    ));
    if left > 0 {
        terminal.say(format_args!(
            "{left} fixes need a look first and were not made: --fix=risky makes them as well"
        ));
    }
    match &proof {
        Some(proof) => rehearsal::show(proof, terminal),
        None => Ok(()),
    }
}
