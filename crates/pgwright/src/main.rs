//! The pgwright command line: parses arguments, runs one command, turns its end into an exit status.

mod access_plans;
mod apply;
mod cli;
mod commands;
mod exit;
mod migrations;
mod package;
mod profile;
mod proof;
mod rehearsal;
mod settings;
mod source;
mod terminal;
mod tune;
mod twin;
mod via_server;
mod workload;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use exit::Failure;
use terminal::Terminal;

/// Catalogs are many small strings: with it, planning for a thousand tables takes a third less time than
/// with glibc's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` and `--version` end here too; a closed pipe is no failure.
            let _ = error.print();
            return if error.use_stderr() {
                exit::usage()
            } else {
                exit::DONE
            };
        }
    };
    let terminal = Terminal::new(cli.color, cli.quiet, cli.verbose);
    // Without the handler a Ctrl-C would leave a server behind; the next run would remove it. `apply`
    // starts none, and stops at a safe point of its own.
    if !matches!(cli.command, Command::Apply(_)) {
        let _ = pgwright_server::install_signal_cleanup();
    }
    let result = match &cli.command {
        Command::Design(arguments) => commands::design::run(arguments, &terminal),
        Command::Brief(arguments) => commands::brief::run(arguments, &terminal),
        Command::Verify(arguments) => commands::verify::run(arguments, &terminal),
        Command::Inspect(arguments) => commands::inspect::run(arguments, &terminal),
        Command::Plan(arguments) => commands::plan::run(arguments, &terminal),
        Command::Review(arguments) => commands::review::run(arguments, &terminal),
        Command::Rules(arguments) => commands::rules::run(arguments),
        Command::Apply(arguments) => commands::apply::run(arguments, &terminal),
        Command::Stats(arguments) => commands::stats::run(arguments, &terminal),
        Command::Explain(arguments) => commands::explain::run(arguments, &terminal),
        Command::Tune(arguments) => commands::tune::run(arguments, &terminal),
        Command::Profile(arguments) => commands::profile::run(arguments, &terminal),
        Command::Postgres(arguments) => commands::postgres::run(arguments, &terminal),
        Command::Completions(arguments) => commands::completions::run(arguments),
    };
    match result {
        Ok(()) => exit::DONE,
        Err(failure) => {
            if let Failure::Usage(text) | Failure::NoServer(text) | Failure::NotProven(text) =
                &failure
                && !text.is_empty()
            {
                terminal.error(text);
            }
            failure.status()
        }
    }
}
