//! Loads an SQL file into a sandbox, reads the catalog back and counts what was read.
//!
//! Usage: read FILE [MAJOR]
#![allow(clippy::print_stdout)]

use std::time::Instant;

use pgwright_server::{Options, ReadOptions, Sandbox, discover, read_catalog, select};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: read FILE [MAJOR]")?;
    let majors: Vec<u32> = arguments
        .map(|major| major.parse())
        .collect::<Result<_, _>>()?;
    let sql = std::fs::read_to_string(&file)?;
    for installation in select(&discover(None)?, &majors)? {
        let sandbox = Sandbox::start(&installation, &Options::default())?;
        sandbox.create_database("loaded")?;
        let mut client = sandbox.connect("loaded")?;
        if let Err(error) = client.batch_execute(&sql) {
            println!(
                "{installation}: {}",
                pgwright_server::script::describe(&error)
            );
        }
        let start = Instant::now();
        let reading = read_catalog(&mut client, &ReadOptions::default())?;
        let catalog = &reading.catalog;
        println!(
            "{installation}: read in {:.0?}: {} tables, {} views, {} routines, {} dependencies, {} warnings",
            start.elapsed(),
            catalog.tables.len(),
            catalog.views.len(),
            catalog.routines.len(),
            catalog.dependencies.len(),
            reading.warnings.len(),
        );
        for warning in reading.warnings.iter().take(20) {
            println!("  {warning}");
        }
    }
    Ok(())
}
