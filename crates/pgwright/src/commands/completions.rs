//! `pgwright completions SHELL`.

use clap::CommandFactory;

use crate::cli::{Cli, Completions};
use crate::exit::Failure;
use crate::terminal::output;

/// Prints the shell's completion script.
pub fn run(arguments: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Cli::command(),
        "pgwright",
        &mut script,
    );
    output(&String::from_utf8_lossy(&script))
}
