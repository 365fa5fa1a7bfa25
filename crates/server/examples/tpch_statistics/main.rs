//! The statistics of TPC-H, loaded for real: `tpch_statistics WORKLOAD SCALE MAJOR`, on standard output. For
//! `bench/tune-quality`.
#![allow(clippy::print_stdout, missing_docs)]

#[path = "../twin_fidelity/tpch.rs"]
mod tpch;

use std::path::Path;

use pgwright_server::{StatisticsOptions, read_statistics};

fn main() -> tpch::Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [workload, scale, major] = arguments.as_slice() else {
        return Err("tpch_statistics WORKLOAD SCALE MAJOR".into());
    };
    let (sandbox, _) = tpch::server(major.parse()?)?;
    let schema = tpch::schema(Path::new(workload))?;
    let mut client = tpch::load(&sandbox, "real", &schema, scale.parse()?)?;
    let read = read_statistics(&mut client, StatisticsOptions::default())?;
    print!("{}", read.statistics.to_json());
    Ok(())
}
