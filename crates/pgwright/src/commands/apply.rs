//! `pgwright apply DIR --to URL`: runs a plan on a database, with bounded waits, and to its end.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::apply;
use crate::apply::duration::{parse, parse_timeout};
use crate::exit::Failure;
use crate::terminal::Terminal;

#[derive(Debug, Args)]
pub struct Apply {
    /// The directory that `pgwright plan … -o DIR` wrote.
    pub plan: PathBuf,

    /// The database: `postgres://…` or `host=… dbname=…`.
    #[arg(long, value_name = "URL")]
    pub to: String,

    /// Show the checks and every step with its locks, hazards and timeouts; change nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Hazards that the plan may have, by name, such as `loses-data`; `all` allows any.
    #[arg(long, value_name = "HAZARD,…", value_delimiter = ',')]
    pub allow: Vec<String>,

    /// Take the plan back.
    #[arg(long, conflicts_with = "contract")]
    pub down: bool,

    /// Drop for good what the plan kept aside for its way back.
    #[arg(long)]
    pub contract: bool,

    /// How long a statement may wait for a lock while others wait behind it.
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = parse_timeout)]
    pub lock_timeout: Duration,

    /// How often a step is tried again when somebody was in its way.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub retries: u32,

    /// How long to wait for what would hold the plan up to be over, before it begins.
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = parse)]
    pub wait: Duration,

    /// From which age on a transaction of somebody else holds the plan up.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = parse)]
    pub older_than: Duration,

    /// How long to try to connect again when the connection is lost.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = parse)]
    pub reconnect: Duration,

    /// Run the plan even if the database is not what the plan was made for.
    #[arg(long)]
    pub ignore_drift: bool,

    /// Forget another plan that was begun in this database and is not through.
    #[arg(long)]
    pub abandon: bool,

    /// Leave the journal, table pgwright.journal, in the database.
    #[arg(long)]
    pub keep_journal: bool,

    /// How to show the result.
    #[arg(long, value_enum, default_value_t = ApplyFormat::Text)]
    pub format: ApplyFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ApplyFormat {
    Text,
    Json,
}

/// Runs the command.
pub fn run(arguments: &Apply, terminal: &Terminal) -> Result<(), Failure> {
    apply::run(arguments, terminal)
}
