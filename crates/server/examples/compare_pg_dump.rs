//! How long reading a catalog takes, and how long pg_dump takes for the same database, in turn.
//!
//! Usage: compare_pg_dump FILE MAJOR PG_DUMP RUNS
//!
//! Loads an SQL file into a sandbox and prints a line for each run: `pg_dump SECONDS`, then
//! `read SECONDS KILOBYTES`. Each reading is a process of its own, so that its peak memory is its own.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::Instant;

use pgwright_server::{Options, ReadOptions, Sandbox, discover, postgres, read_catalog, select};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--read", conninfo] => read(conninfo),
        [file, major, pg_dump, runs] => compare(file, major.parse()?, pg_dump, runs.parse()?),
        _ => Err("usage: compare_pg_dump FILE MAJOR PG_DUMP RUNS".into()),
    }
}

fn compare(file: &str, major: u32, pg_dump: &str, runs: u32) -> Result<(), Box<dyn Error>> {
    let sql = std::fs::read_to_string(file)?;
    let installation = select(&discover(None)?, &[major])?.remove(0);
    let sandbox = Sandbox::start(&installation, &Options::default())?;
    sandbox.create_database("loaded")?;
    sandbox.connect("loaded")?.batch_execute(&sql)?;
    let conninfo = sandbox.conninfo("loaded");
    // The first run of each finds nothing cached and is not counted.
    for run in 0..=runs {
        let start = Instant::now();
        let status = Command::new(pg_dump)
            .args(["--schema-only", "--dbname", &conninfo])
            .stdout(Stdio::null())
            .status()?;
        if !status.success() {
            return Err(format!("{pg_dump}: {status}").into());
        }
        let dumped = start.elapsed();
        let start = Instant::now();
        let output = Command::new(std::env::current_exe()?)
            .args(["--read", &conninfo])
            .stderr(Stdio::inherit())
            .output()?;
        let read = start.elapsed();
        if !output.status.success() {
            return Err(format!("reading: {}", output.status).into());
        }
        if run > 0 {
            println!("pg_dump {:.3}", dumped.as_secs_f64());
            let memory = String::from_utf8_lossy(&output.stdout);
            println!("read {:.3} {}", read.as_secs_f64(), memory.trim());
        }
    }
    Ok(())
}

/// Reads, and prints the most memory that was used, in kilobytes.
fn read(conninfo: &str) -> Result<(), Box<dyn Error>> {
    let mut client = postgres::Client::connect(conninfo, postgres::NoTls)?;
    let reading = read_catalog(&mut client, &ReadOptions::default())?;
    assert!(!reading.catalog.tables.is_empty(), "nothing was read");
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{}", peak.unwrap_or("0").trim().trim_end_matches(" kB"));
    // What the catalog holds goes with the process.
    std::mem::forget(reading);
    Ok(())
}
