//! Why a twin could not be had or asked.

use std::io;
use std::path::{Path, PathBuf};

use crate::sandbox::SandboxError;

/// Why a twin could not be had or asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TwinError {
    /// No server for it.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The server said no.
    #[error("{action}: {}", crate::script::describe(.source))]
    Server {
        /// What was asked.
        action: String,
        /// Its answer.
        source: postgres::Error,
    },
    /// The server ended.
    #[error("the twin's server went away: {log}")]
    WentAway {
        /// What is known of it.
        log: String,
    },
    /// A file of the twin could not be worked with.
    #[error("{action} {}: {source}", .path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The query cannot be planned.
    #[error("{message}")]
    Query {
        /// What the server said, with its hint.
        message: String,
    },
    /// An index that is to be tried is no `CREATE INDEX`, or of a table that is not there.
    #[error("{statement}: {problem}")]
    Index {
        /// The statement.
        statement: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl TwinError {
    pub(super) fn asking(action: &str) -> impl FnOnce(postgres::Error) -> TwinError + '_ {
        move |source| TwinError::Server {
            action: action.to_owned(),
            source,
        }
    }

    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TwinError {
        move |source| TwinError::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}
