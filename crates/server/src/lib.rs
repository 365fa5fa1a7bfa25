//! Connections, the catalog reader and the sandbox: the only crate that talks to a server.

pub mod connect;
pub mod install;
pub mod installation;
pub mod paths;
#[cfg(unix)]
pub mod sandbox;
pub mod script;

pub use install::{InstallError, install};
pub use installation::{DiscoverError, Installation, Source, discover, select};
/// The client of the `postgres` crate, which everything here works with.
pub use postgres;
#[cfg(unix)]
pub use sandbox::{Options, Sandbox, SandboxError, install_signal_cleanup};
pub use script::{ScriptError, run_script};
