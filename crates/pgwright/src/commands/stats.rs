//! `pgwright stats URL -o FILE`: what the planner knows of a database, and no rows.

use std::path::PathBuf;

use clap::Args;
use pgwright_planner::redact;
use pgwright_server::StatisticsOptions;

use crate::exit::Failure;
use crate::source::{Reading, Source};
use crate::terminal::{Terminal, output};
use crate::twin;

/// What to read, and where to.
#[derive(Debug, Args)]
pub struct Stats {
    /// The server: `postgres://…` or `host=… dbname=…`. It is only read from.
    pub url: String,

    /// The file to write; standard output when not given.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Replace values by stand-ins that compare as they do: no personal data leaves.
    #[arg(long)]
    pub redact: bool,

    /// Read system catalogs alone, without the ends of indexes.
    #[arg(long)]
    pub catalogs_only: bool,
}

/// Runs the command.
pub fn run(arguments: &Stats, terminal: &Terminal) -> Result<(), Failure> {
    let source = Source::parse(&arguments.url)?;
    let Source::Server(address) = &source else {
        return Err(Failure::Usage(format!(
            "`{}` is no server, and statistics are a server's\nhint: postgres://… or host=… dbname=…",
            arguments.url
        )));
    };
    let options = StatisticsOptions {
        extremes: !arguments.catalogs_only && !arguments.redact,
    };
    let mut statistics = twin::of_server(address, options, terminal)?;
    if arguments.redact {
        // Stand-ins are of a column's type.
        let read = source.read(Reading::default(), terminal)?;
        statistics = redact(&statistics, &read.catalog);
    }
    let text = statistics.to_json();
    match &arguments.output {
        None => output(&text)?,
        Some(path) => {
            std::fs::write(path, text)
                .map_err(|error| Failure::Usage(format!("writing {}: {error}", path.display())))?;
            let indexes: usize = statistics.tables.values().map(|t| t.indexes.len()).sum();
            terminal.say(format_args!(
                "statistics of {} tables and {indexes} indexes in {}",
                statistics.tables.len(),
                path.display()
            ));
        }
    }
    Ok(())
}
