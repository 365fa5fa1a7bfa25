//! Exit statuses, all in one place.

use std::process::ExitCode;

/// Done and clean.
pub const DONE: ExitCode = ExitCode::SUCCESS;
/// Wrong usage or invalid input.
pub fn usage() -> ExitCode {
    ExitCode::from(2)
}

/// How a command can fail. The text has been shown already when it is empty.
#[derive(Debug)]
pub enum Failure {
    /// Findings, or a proof that failed: 1.
    NotProven(String),
    /// Wrong usage or invalid input: 2.
    Usage(String),
    /// No usable server, or the server went away: 3.
    NoServer(String),
    /// The reader of our output has gone: success, as for any well-behaved filter.
    ClosedPipe,
}

impl Failure {
    /// The exit status.
    pub fn status(&self) -> ExitCode {
        match self {
            Self::NotProven(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
            Self::NoServer(_) => ExitCode::from(3),
            Self::ClosedPipe => ExitCode::SUCCESS,
        }
    }
}
