//! The data of TPC-H, loaded for real.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use pgwright_server::postgres::Client;
use pgwright_server::{Options, Sandbox};
use tpchgen::csv::{
    CustomerCsv, LineItemCsv, NationCsv, OrderCsv, PartCsv, PartSuppCsv, RegionCsv, SupplierCsv,
};
use tpchgen::generators::{
    CustomerGenerator, LineItemGenerator, NationGenerator, OrderGenerator, PartGenerator,
    PartSuppGenerator, RegionGenerator, SupplierGenerator,
};

/// What an example's step gives.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// A server with the settings that the figures are of.
pub fn server(major: u32) -> Outcome<(Sandbox, pgwright_server::Installation)> {
    let servers = pgwright_server::discover(None)?;
    let server = servers.into_iter().find(|i| i.major == major);
    let server = server.ok_or("no such server")?;
    let mut options = Options::default();
    for (name, value) in [
        ("work_mem", "64MB"),
        ("effective_cache_size", "12GB"),
        ("maintenance_work_mem", "256MB"),
        ("max_wal_size", "4GB"),
        // The same sample at every run, of indexes on expressions as well.
        ("default_statistics_target", "100"),
    ] {
        options.settings.insert(name.to_owned(), value.to_owned());
    }
    Ok((Sandbox::start(&server, &options)?, server))
}

/// The tables and primary keys of a workload's directory, a statement a line.
pub fn schema(workload: &Path) -> Outcome<String> {
    let mut schema = fs::read_to_string(workload.join("schema.sql"))?;
    schema.push_str(&fs::read_to_string(workload.join("primary_keys.sql"))?);
    Ok(schema)
}

/// A database with the data at that scale, its keys, vacuumed and analyzed.
pub fn load(sandbox: &Sandbox, name: &str, schema: &str, scale: f64) -> Outcome<Client> {
    sandbox.create_database(name)?;
    let mut client = sandbox.connect(name)?;
    let (tables, keys): (Vec<&str>, Vec<&str>) = schema
        .lines()
        .filter(|l| !l.is_empty())
        .partition(|line| line.starts_with("CREATE TABLE"));
    client.batch_execute(&tables.join("\n"))?;
    macro_rules! copy {
        ($table:literal, $generator:expr, $csv:ident) => {
            let mut writer =
                client.copy_in(concat!("COPY ", $table, " FROM STDIN (FORMAT csv)"))?;
            for row in $generator.iter() {
                writeln!(writer, "{}", $csv::new(row))?;
            }
            writer.finish()?;
        };
    }
    copy!("region", RegionGenerator::new(scale, 1, 1), RegionCsv);
    copy!("nation", NationGenerator::new(scale, 1, 1), NationCsv);
    copy!("part", PartGenerator::new(scale, 1, 1), PartCsv);
    copy!("supplier", SupplierGenerator::new(scale, 1, 1), SupplierCsv);
    copy!("partsupp", PartSuppGenerator::new(scale, 1, 1), PartSuppCsv);
    copy!("customer", CustomerGenerator::new(scale, 1, 1), CustomerCsv);
    copy!("orders", OrderGenerator::new(scale, 1, 1), OrderCsv);
    copy!("lineitem", LineItemGenerator::new(scale, 1, 1), LineItemCsv);
    client.batch_execute(&keys.join("\n"))?;
    client.batch_execute("VACUUM ANALYZE")?;
    client.batch_execute("CHECKPOINT")?;
    Ok(client)
}
