//! `pgwright postgres list|install`: server binaries for the sandbox.

use pgwright_server::{discover, install};

use crate::cli::{Postgres, PostgresCommand};
use crate::exit::Failure;
use crate::terminal::{Terminal, output};

/// Lists or installs servers.
pub fn run(arguments: &Postgres, terminal: &Terminal) -> Result<(), Failure> {
    match &arguments.command {
        PostgresCommand::List { pg_bin } => {
            let found = discover(pg_bin.as_deref())
                .map_err(|error| Failure::NoServer(error.to_string()))?;
            if found.is_empty() {
                return Err(Failure::NoServer(
                    "no PostgreSQL server found\nhint: pgwright postgres install 18".to_owned(),
                ));
            }
            let lines: String = found.iter().map(|i| format!("{i}\n")).collect();
            output(&lines)
        }
        PostgresCommand::Install { major } => {
            let installed = install(*major, &mut |line| terminal.say(line))
                .map_err(|error| Failure::NoServer(error.to_string()))?;
            output(&format!("{installed}\n"))
        }
    }
}
