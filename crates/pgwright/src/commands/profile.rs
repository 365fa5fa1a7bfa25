//! `pgwright profile FILE.csv…`: what data says about its schema.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use pgwright_normalize::discovery::{
    Budget, Dependencies, InclusionOptions, Nulls, Options, discover, discover_inclusions,
};
use pgwright_normalize::table::Table;
use pgwright_profile::types::infer;
use pgwright_profile::{Profiled, propose};

use crate::cli::Servers;
use crate::exit::Failure;
use crate::profile::deliver::{Delivery, deliver};
use crate::profile::show::Found;
use crate::profile::{large, read, show_large};
use crate::terminal::{Terminal, output};

/// The arguments.
#[derive(Debug, Args)]
pub struct Profile {
    /// Delimited files that belong together; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Deliver the brief, the schema, the load script and the rows that do not fit into a directory.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// How to show what was found.
    #[arg(long, value_enum, default_value_t = ProfileFormat::Text)]
    pub format: ProfileFormat,

    /// Only find dependencies, without types and a proposal.
    #[arg(long)]
    pub dependencies: bool,

    /// What stands between fields, such as `;` or `\t`; found out when not given.
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub delimiter: Option<u8>,

    /// Whether two missing values are equal.
    #[arg(long, value_enum, default_value_t = NullsAre::Equal)]
    pub nulls: NullsAre,

    /// The most columns of a determinant or unique combination.
    #[arg(long, value_name = "N")]
    pub max_columns: Option<usize>,

    /// Stop searching for dependencies after so long, and say what was not searched.
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub max_seconds: u64,

    /// Megabytes of memory to plan with. Files for which that is too little are read row by row: types,
    /// keys and dependencies of single columns only, and no proposal.
    #[arg(long, value_name = "MB", default_value_t = 2000)]
    pub memory: u64,

    /// The name of the proposed brief and its schema; that of the first file when not given.
    #[arg(long)]
    pub name: Option<String>,

    #[command(flatten)]
    pub servers: Servers,

    /// Deliver without running the load script.
    #[arg(long)]
    pub no_proof: bool,
}

/// How the result is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileFormat {
    Text,
    Json,
}

/// What two missing values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NullsAre {
    Equal,
    Different,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" | b"tab" => Ok(b'\t'),
        [b'"' | b'\n' | b'\r'] => {
            Err("a quote or the end of a line cannot be a delimiter".to_owned())
        }
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err("one ASCII character, such as `;`, or `\\t`".to_owned()),
    }
}

/// The lowest server version that a proposal is for.
const POSTGRESQL: u32 = 15;

/// Memory for each byte of a file, when all of it is held and searched; measured on TPC-H.
const MEMORY_PER_BYTE: u64 = 4;

fn is_large(arguments: &Profile) -> bool {
    let sizes = arguments
        .files
        .iter()
        .filter_map(|file| std::fs::metadata(file).ok());
    let bytes: u64 = sizes.map(|data| data.len()).sum();
    bytes * MEMORY_PER_BYTE > arguments.memory << 20
}

fn run_large(arguments: &Profile, threads: usize, terminal: &Terminal) -> Result<(), Failure> {
    let mut found = Vec::new();
    for file in &arguments.files {
        found.push(large::profile(
            file,
            arguments.delimiter,
            threads,
            terminal,
        )?);
    }
    match arguments.format {
        ProfileFormat::Json => output(&show_large::json(&found))?,
        ProfileFormat::Text => {
            let text: Vec<String> = found.iter().map(show_large::text).collect();
            output(&text.join("\n"))?;
        }
    }
    if arguments.output.is_some() {
        return Err(Failure::Usage(
            "files that memory cannot hold get no proposal, so nothing was delivered\n  hint: --memory".to_owned(),
        ));
    }
    Ok(())
}

/// Runs the command.
pub fn run(arguments: &Profile, terminal: &Terminal) -> Result<(), Failure> {
    let started = Instant::now();
    let limit = Duration::from_secs(arguments.max_seconds);
    let stop = || started.elapsed() >= limit;
    let budget = Budget::until(&stop);
    let threads = std::thread::available_parallelism()
        .map_or(2, usize::from)
        .min(2);
    if is_large(arguments) {
        return run_large(arguments, threads, terminal);
    }
    let mut sheets = Vec::new();
    for file in &arguments.files {
        let sheet = terminal.phase("reading", || read::sheet(file, arguments.delimiter))?;
        let typed = if arguments.dependencies {
            Vec::new()
        } else {
            terminal.phase("finding types", || {
                sheet.table.columns.iter().map(infer).collect()
            })
        };
        sheets.push(Profiled { sheet, typed });
    }
    let options = Options {
        nulls: match arguments.nulls {
            NullsAre::Equal => Nulls::Equal,
            NullsAre::Different => Nulls::Different,
        },
        largest: arguments.max_columns,
        threads,
        budget,
    };
    let dependencies: Vec<Dependencies> = terminal
        .phase("finding dependencies", || {
            let each = sheets
                .iter()
                .map(|profiled| discover(&profiled.sheet.table, &options));
            each.collect::<Result<_, _>>()
        })
        .map_err(|_| {
            Failure::Usage(
                "a file has more than 1600 columns, the most that a table of PostgreSQL has"
                    .to_owned(),
            )
        })?;
    let tables: Vec<&Table> = sheets.iter().map(|s| &s.sheet.table).collect();
    let inclusions = (!arguments.dependencies && sheets.len() > 1).then(|| {
        let options = InclusionOptions {
            threads,
            budget,
            ..InclusionOptions::default()
        };
        terminal.phase("finding inclusions", || {
            discover_inclusions(&tables, &options)
        })
    });
    let proposal = (!arguments.dependencies)
        .then(|| terminal.phase("proposing entities", || propose(&sheets, threads)));
    let found = Found {
        sheets: &sheets,
        dependencies: &dependencies,
        inclusions: inclusions.as_ref(),
        proposal: proposal.as_ref(),
    };
    let json = || {
        found
            .json()
            .map_err(|error| Failure::Usage(error.to_string()))
    };
    match arguments.format {
        ProfileFormat::Text => output(&found.text())?,
        ProfileFormat::Json => output(&json()?)?,
    }
    let (Some(directory), Some(proposal)) = (&arguments.output, &proposal) else {
        return Ok(());
    };
    let first = pgwright_profile::sheet::snake_case(&sheets[0].sheet.name);
    let name = arguments.name.clone().unwrap_or(first);
    let name = if name.starts_with(char::is_alphabetic) {
        name
    } else {
        format!("data_{name}")
    };
    let all: Vec<_> = sheets.iter().map(|s| &s.sheet).collect();
    let delivery = Delivery {
        directory,
        servers: &arguments.servers,
        no_proof: arguments.no_proof,
        name: &name,
        postgresql: POSTGRESQL,
    };
    deliver(&delivery, proposal, &all, &json()?, terminal)
}
