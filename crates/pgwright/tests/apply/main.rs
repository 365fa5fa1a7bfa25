//! `pgwright apply` on real servers: what it refuses, how it waits, and that it comes to its end
//! whatever happens to it or to the server.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod checks;
mod common;
mod kill;
mod run;
mod waits;
