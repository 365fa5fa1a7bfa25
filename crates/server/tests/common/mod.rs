//! What the tests share: the servers to run on.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr)]

use pgwright_server::{Installation, Options, Sandbox, discover, select};

/// One server of each supported version found; none is a message, not a failure.
pub fn servers() -> Vec<Installation> {
    match select(&discover(None).unwrap(), &[]) {
        Ok(servers) => servers,
        Err(error) => {
            eprintln!("skipped: {error}");
            Vec::new()
        }
    }
}

/// A running sandbox of each server.
pub fn sandboxes() -> Vec<Sandbox> {
    servers()
        .iter()
        .map(|server| Sandbox::start(server, &Options::default()).unwrap())
        .collect()
}
