//! Connections, the catalog reader and the sandbox: the only crate that talks to a server.

pub mod connect;
mod counters;
mod facts;
pub mod install;
pub mod installation;
pub mod paths;
pub mod reader;
#[cfg(unix)]
pub mod sandbox;
pub mod script;
mod statistics;
#[cfg(unix)]
pub mod twin;

pub use connect::{ConnectError, ConnectionSettings, Environment, connect};
pub use counters::{CountersError, StatementCounter, read_statement_counters};
pub use facts::{major_version, table_sizes};
pub use install::{InstallError, install};
pub use installation::{DiscoverError, Installation, Source, discover, select};
/// The client of the `postgres` crate, which everything here works with.
pub use postgres;
pub use reader::{ReadError, ReadOptions, ReadWarning, Reading, RoleSelection, read_catalog};
#[cfg(unix)]
pub use sandbox::{Options, Sandbox, SandboxError, install_signal_cleanup};
pub use script::{ScriptError, run_script};
pub use statistics::{StatisticsOptions, StatisticsReading, read_statistics};
