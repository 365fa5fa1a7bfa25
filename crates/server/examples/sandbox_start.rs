//! Measures how long sandboxes take to start, on every server found: cold, without a cached cluster,
//! only where none exists yet.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use pgwright_server::{Options, Sandbox, discover, select};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for installation in select(&discover(None)?, &[])? {
        for run in 1..=4 {
            let start = Instant::now();
            let sandbox = Sandbox::start(&installation, &Options::default())?;
            let started = start.elapsed();
            sandbox.connect("postgres")?.simple_query("SELECT 1")?;
            let connected = start.elapsed();
            sandbox.create_database("one")?;
            let created = start.elapsed();
            drop(sandbox);
            println!(
                "{installation}, run {run}: started {started:.0?}, connected {connected:.0?}, \
                 database created {created:.0?}, removed {:.0?}",
                start.elapsed()
            );
        }
    }
    Ok(())
}
